/* SPDX-License-Identifier: MIT */
/* test_worker_faults.c - bad plug-ins, one a row: each must come back as the right status with the right sentence,
 * leave no process behind, and not trouble the next worker.  They lie in tests/plugins. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* prctl, mkdtemp */
#endif
#include "worker_problem.h"

#include <fcntl.h>
#include <math.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fault {
	const char *plugin; /* tests/plugins/NAME.c */
	gm_status status;
	const char *says; /* what the sentence begins with */
} fault;
static char path[1024]; /* of the plug-in under test: must live as long as its worker */

static void start(planned *p, const char *plugin, double seconds)
{
	char name[64];

	memset(p, 0, sizeof *p);
	snprintf(name, sizeof name, "plugin_%s", plugin);
	plugin_path(name, path);
	assert_ok(worker_start(&(worker_launch){.plugin = path, .seconds = seconds}, &p->w, ERROR));
	set_problem(p, "lstm_T3_N2_I5_H7");
}

static gm_status plan_base(planned *p, gm_error *error)
{
	gm_plan_opts opts = options(&p->spec, GM_MODE_TRAIN);
	gm_status status = worker_plan(p->w, "base", &p->spec, p->tensors, NULL, &opts, error);

	if (status == GM_OK)
		fill_inputs(p);
	return status;
}

/* Orphans of the child become ours: they must be dead. */
static void assert_nobody_left(void)
{
	pid_t left;

	for (int i = 0; i < 200; i++) {
		left = waitpid(-1, NULL, WNOHANG);
		if (left < 0)
			return;
		if (left == 0)
			usleep(10000);
	}
	fail_msg("a process was left behind");
}

static void assert_next_works(void)
{
	planned p;

	start(&p, "good", 0);
	assert_ok(plan_base(&p, ERROR));
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	tear_down(&p);
	assert_no_child();
}

static void assert_says(const fault *f, gm_status status, const gm_error *error)
{
	const char *text = strstr(f->says, "PATH") ? strstr(f->says, "PATH") + 4 : f->says;

	if (status != f->status)
		fail_msg("%s: status is %s (%s), want %s", f->plugin, gm_status_name(status), error->message,
		         gm_status_name(f->status));
	assert_int_equal(error->status, status);
	if (text == f->says ? strncmp(error->message, text, strlen(text)) != 0 : !strstr(error->message, text))
		fail_msg("%s says '%s', want '%s'", f->plugin, error->message, f->says);
	print_message("  %-24s %-13s %s\n", f->plugin, gm_status_name(status), error->message);
}

static void refused_at_load(void **state)
{
	static const fault faults[] = {
		{"no_symbol", GM_BAD_PLUGIN, "PATH exports no gm_plugin_v1"},
		{"null_table", GM_BAD_PLUGIN, "gm_plugin_v1 returned NULL"},
		{"wrong_major", GM_BAD_PLUGIN, "ABI major is 3, this host speaks 2"},
		{"former_major", GM_BAD_PLUGIN, "ABI major is 1, this host speaks 2"},
		{"former_variant", GM_BAD_PLUGIN, "variant 0: ABI major is 1, this host speaks 2"},
		{"small_struct", GM_BAD_PLUGIN, "variant 0: struct_size is"},
		{"null_function", GM_BAD_PLUGIN, "variant 0 (base) has no set_weights"},
		{"bad_name", GM_BAD_PLUGIN, "variant 0: its name is not"},
		{"same_name", GM_BAD_PLUGIN, "two variants are called forward_only"},
		{"crash_load", GM_BAD_PLUGIN, "SIGSEGV in loading the plug-in"},
		{"rounding_load", GM_BAD_PLUGIN, "loading the plug-in changed the rounding mode"},
#ifdef GM_FAST_MATH_FLUSHES /* compilers that link start-up code into such libraries */
		{"fast_math_load", GM_BAD_PLUGIN, "loading the plug-in left denormals flushed to zero"},
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		gm_error error = {0};
		size_t count;
		planned p;

		start(&p, faults[i].plugin, 0);
		assert_says(&faults[i], worker_list(p.w, NULL, 0, &count, &error), &error);
		assert_says(&faults[i], plan_base(&p, &error), &error); /* and it is remembered */
		tear_down(&p);
		assert_nobody_left();
		assert_next_works();
	}
}

static void refused_at_plan(void **state)
{
	static const fault faults[] = {
		{"bad_alignment", GM_MISMATCH, "sizes gave alignment 48, not a power of two up to"},
		{"huge_sizes", GM_NO_MEMORY, "tensors and memory of the variant are 16777216 MiB, more than"},
		{"no_reason", GM_UNSUPPORTED, "supports: unsupported, no reason given"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		gm_error error = {0};
		planned p;

		start(&p, faults[i].plugin, 0);
		assert_says(&faults[i], plan_base(&p, &error), &error);
		tear_down(&p);
		assert_nobody_left();
	}
}

/* Breaches that a child survives: the same worker tells them again, and its numbers still come through. */
static const fault breaches[] = {
	{"forward_before_start", GM_MISMATCH, "wrote 8 bytes before the start of output"},
	{"forward_gap", GM_MISMATCH, "wrote 3 bytes past the end of the scratch memory"},
	{"forward_rounding", GM_MISMATCH, "forward changed the rounding mode"},
	{"forward_unmasks", GM_MISMATCH, "forward unmasked floating-point exceptions"},
	{"forward_mask", GM_MISMATCH, "forward changed the signal mask"},
	{"forward_handler", GM_MISMATCH, "forward changed the handler of signal 11"},
	{"forward_status", GM_MISMATCH, "forward returned status 99, which a variant may not"},
	{"forward_refuses", GM_NO_MEMORY, "forward: out of memory, no reason given"},
};

static void breaches_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
		gm_error error = {0};
		planned p;

		start(&p, breaches[i].plugin, 0);
		assert_ok(plan_base(&p, ERROR));
		assert_says(&breaches[i], worker_run(p.w, GM_PASS_FWD, &error), &error);
		assert_says(&breaches[i], worker_run(p.w, GM_PASS_FWD, &error), &error);
		assert_ok(worker_unplan(p.w, ERROR)); /* the damage is not told of another function */
		tear_down(&p);
		assert_nobody_left();
		assert_next_works();
	}
}

static const fault deaths[] = {
	{"forward_null", GM_CRASHED, "SIGSEGV in forward: at address 0x10, outside the arena"},
	{"forward_past_end", GM_CRASHED, "SIGSEGV in forward: right past the end of output"},
	{"forward_writes_input", GM_CRASHED, "SIGSEGV in forward: wrote to read-only input"},
	{"forward_abort", GM_CRASHED, "SIGABRT in forward; it said: tiles do not fit: ?[31m7"},
	{"forward_exit", GM_CRASHED, "exit(0) in forward"},
	{"forward_illegal", GM_CRASHED, "SIGILL in forward"},
	{"forward_overflow", GM_CRASHED, "SIGSEGV in forward: at address"}, /* told on another stack */
	{"forward_closes_all", GM_CRASHED, "closed the channel to the host in forward"},
	{"forward_garbage", GM_CRASHED, "sent garbage into the channel to the host"},
	{"forward_forges", GM_CRASHED, "sent garbage into the channel to the host"},
	{"forward_hang", GM_TIMEOUT, "no answer from forward within 2 s"},
	{"forward_stop", GM_TIMEOUT, "no answer from forward within 2 s"},
	{"forward_closes_and_hangs", GM_CRASHED, "closed the channel to the host in forward"},
	{"backward_past_end", GM_CRASHED, "SIGSEGV in backward: 12 bytes past the end of grad_input"},
	{"backward_null", GM_CRASHED, "SIGSEGV in backward: at address 0x10, outside the arena"},
};

static void deaths_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
		double seconds = deaths[i].status == GM_TIMEOUT ? 2 : 60;
		gm_error error = {0};
		planned p;

		start(&p, deaths[i].plugin, seconds);
		assert_ok(plan_base(&p, ERROR));
		assert_says(&deaths[i], worker_run(p.w, GM_PASS_TRAIN, &error), &error);
		assert_non_null(worker_data(p.w, 0));
		assert_int_equal(worker_run(p.w, GM_PASS_TRAIN, &error), deaths[i].status); /* it stays dead */
		assert_int_equal(plan_base(&p, &error), deaths[i].status);
		tear_down(&p);
		assert_nobody_left();
		assert_next_works();
	}
}

static void faults_while_timed(void **state)
{
	static const fault faults[] = {
		{"forward_past_end", GM_CRASHED, "SIGSEGV in forward: right past the end of output"},
		{"forward_rounding", GM_MISMATCH, "forward changed the rounding mode"},
		{"forward_refuses", GM_NO_MEMORY, "forward: out of memory, no reason given"},
	};
	double ns[2];
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		gm_error error = {0};
		planned p;
		start(&p, faults[i].plugin, 0);
		assert_ok(plan_base(&p, ERROR));
		gm_status status = worker_time(p.w, &(worker_timing){.pass = GM_PASS_FWD, .calls = 2, .samples = 2}, ns,
		                               &error);
		assert_says(&faults[i], status, &error);
		tear_down(&p);
		assert_nobody_left();
	}
}

static void dies_when_destroyed(void **state)
{
	const fault f = {"destroy_abort", GM_CRASHED, "SIGABRT in plan_destroy"};
	gm_error error = {0};
	planned p;

	(void)state;
	start(&p, f.plugin, 0);
	assert_ok(plan_base(&p, ERROR));
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	assert_says(&f, worker_unplan(p.w, &error), &error);
	tear_down(&p);
	start(&p, f.plugin, 0); /* and at worker_stop, which has nobody to tell */
	assert_ok(plan_base(&p, ERROR));
	tear_down(&p);
	assert_nobody_left();
}

/* Printing disturbs nothing; closing stdout is a breach; wrong numbers are the judge's matter and arrive as they
 * are. */
static void harmless_or_for_others(void **state)
{
	gm_error error = {0};
	planned p;

	(void)state;
	start(&p, "forward_prints", 0);
	assert_ok(plan_base(&p, ERROR));
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	tear_down(&p);
	start(&p, "forward_closes_output", 0);
	assert_ok(plan_base(&p, ERROR));
	assert_int_equal(worker_run(p.w, GM_PASS_FWD, &error), GM_MISMATCH);
	assert_string_equal(error.message, "forward closed descriptor 1");
	tear_down(&p);
	start(&p, "wrong_numbers", 0);
	assert_ok(plan_base(&p, ERROR));
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	const float *output = worker_data(p.w, gm_tensors_index(p.tensors, GM_OUTPUT, 0, 0));
	assert_true(output[41] == 2.5f && output[40] == 1);
	tear_down(&p);
	assert_nobody_left();
}

static gm_status list_file(const char *file, gm_error *error)
{
	size_t count;
	worker *w;

	assert_ok(worker_start(&(worker_launch){.plugin = file}, &w, ERROR));
	gm_status status = worker_list(w, NULL, 0, &count, error), again = worker_list(w, NULL, 0, &count, error);
	worker_stop(w);
	assert_int_equal(again, status);
	return status;
}

static void only_decent_files(void **state)
{
	char folder[] = "/tmp/gm_worker_XXXXXX", file[64];
	gm_error error;

	(void)state;
	assert_int_equal(list_file("plugin_good.so", &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, "give a path with a slash"));
	assert_int_equal(list_file("/no/such/folder/x.so", &error), GM_BAD_PLUGIN);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(list_file(folder, &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, "is not a regular file"));
	snprintf(file, sizeof file, "%s/x.so", folder);
	int fd = open(file, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0 && write(fd, "not ELF", 7) == 7);
	close(fd);
	assert_int_equal(list_file(file, &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, file));
	chmod(file, 0666);
	assert_int_equal(list_file(file, &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, "is writable by anybody"));
	chmod(file, 0600);
	chmod(folder, 0777);
	assert_int_equal(list_file(file, &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, "anybody may write to its folder"));
	unlink(file);
	rmdir(folder);
	assert_nobody_left();
}

static void programs_that_are_no_worker(void **state)
{
	const char *const sleeper[] = {"sh", "-c", "sleep 60", NULL}, *const talker[] = {"sh", "-c", "echo hello there >&3",
	                                                                                 NULL};
	gm_error error;
	worker *w = NULL;

	(void)state;
	assert_int_equal(worker_start(&(worker_launch){.program = "/no/such/worker"}, &w, &error), GM_IO);
	assert_non_null(strstr(error.message, "cannot start /no/such/worker"));
	assert_int_equal(worker_start(&(worker_launch){.program = "/bin/true"}, &w, &error), GM_CRASHED);
	assert_int_equal(worker_start(&(worker_launch){.program = "x", .executor = talker}, &w, &error), GM_CRASHED);
	assert_int_equal(worker_start(&(worker_launch){.program = "x", .executor = sleeper, .seconds = 0.3}, &w, &error),
	                 GM_TIMEOUT);
	assert_null(w);
	assert_nobody_left();
}

/* Nothing that a plug-in says moves the cursor of whoever reads it. */
static void what_it_says_is_plain(void **state)
{
	worker_variant list[2];
	worker_info info;
	gm_error error;
	size_t count;
	planned p;

	(void)state;
	start(&p, "colours", 0);
	assert_ok(worker_list(p.w, list, 2, &count, ERROR));
	assert_string_equal(list[0].strategy, "?[33mbase");
	gm_plan_opts opts = options(&p.spec, GM_MODE_INFER);
	assert_int_equal(worker_plan(p.w, "base", &p.spec, p.tensors, NULL, &opts, &error), GM_UNSUPPORTED);
	assert_string_equal(error.message, "trains??[31m only?, ??5m\xc3\xa9");
	assert_ok(plan_base(&p, ERROR));
	worker_describe(p.w, &info);
	assert_string_equal(info.engine, "?[32mtiles");
	tear_down(&p);
	assert_nobody_left();
}

/* What does not fit into a message is refused before it is sent, and again when it is asked again. */
static void too_long_for_a_message(void **state)
{
	enum { LONG = 300000, THREADS = 70000 };
	char *longest = malloc(LONG);
	int *cpus = calloc(THREADS, sizeof *cpus);
	gm_error error;
	planned p;

	(void)state;
	assert_true(longest && cpus);
	memset(longest, '/', LONG);
	longest[LONG - 1] = 0;
	assert_int_equal(list_file(longest, &error), GM_BAD_PLUGIN);
	assert_string_equal(error.message, "the path of the plug-in is too long");
	start(&p, "good", 0);
	gm_plan_opts opts = options(&p.spec, GM_MODE_TRAIN);
	opts.threads = THREADS;
	opts.cpus = cpus;
	assert_int_equal(worker_plan(p.w, "base", &p.spec, p.tensors, NULL, &opts, &error), GM_BAD_ARGUMENT);
	assert_string_equal(error.message, "70000 threads are too many for a message");
	assert_ok(plan_base(&p, ERROR));
	tear_down(&p);
	free(cpus);
	free(longest);
	assert_nobody_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_at_load),
		cmocka_unit_test(refused_at_plan),
		cmocka_unit_test(breaches_are_told),
		cmocka_unit_test(deaths_are_told),
		cmocka_unit_test(faults_while_timed),
		cmocka_unit_test(dies_when_destroyed),
		cmocka_unit_test(harmless_or_for_others),
		cmocka_unit_test(only_decent_files),
		cmocka_unit_test(programs_that_are_no_worker),
		cmocka_unit_test(what_it_says_is_plain),
		cmocka_unit_test(too_long_for_a_message),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
