/* SPDX-License-Identifier: MIT */
/* test_hostile.c - plug-ins with right numbers that go for who judges them (plugins/hostile.c), a row each: in a worker
 * whose system calls are filtered, and in one where they are not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp, chown */
#endif
#include "worker_problem.h"

#include "base/calling.h"
#include "base/process.h"

#include <sys/stat.h>
#include <unistd.h>

enum { FULL, NONE, SANDBOXES };

/* What becomes of a call: the status, and what its sentence begins with. */
typedef struct becomes {
	gm_status status;
	const char *says;
} becomes;

#define SIGNALS "SIGSYS in forward: it tried to signal another process"
#define REACHES "SIGSYS in forward: it tried to reach into another process"
#define FORKS   "SIGSYS in forward: it tried to start a process"

#define BOTH(status, says)               \
	{                                    \
		{status, says}, { status, says } \
	}

static const struct hostile {
	const char *variant;
	becomes call[SANDBOXES];
} hostile[] = {
	{"honest", {{GM_OK, ""}, {GM_OK, ""}}},
	{"honest-read-file", {{GM_OK, ""}, {GM_OK, ""}}},
	{"open-judge", {{GM_OK, ""}, {GM_OK, ""}}}, /* refused; it would abort */
	{"seize-judge", {{GM_CRASHED, REACHES}, {GM_OK, ""}}},
	{"read-judge", {{GM_CRASHED, REACHES}, {GM_OK, ""}}},
	{"limit-judge", {{GM_CRASHED, REACHES}, {-1, NULL}}},
	{"kill-judge", {{GM_CRASHED, SIGNALS}, {-1, NULL}}},
	{"stop-judge", {{GM_CRASHED, SIGNALS}, {-1, NULL}}},
	{"own-pipe-wide", {{GM_CRASHED, SIGNALS}, {-1, NULL}}},
	{"type-in", {{GM_CRASHED, "SIGSYS in forward: it tried to type into the terminal"}, {-1, NULL}}},
	{"own-pipe", {{GM_CRASHED, SIGNALS}, {-1, NULL}}},
	{"leave-child", {{GM_CRASHED, FORKS}, {GM_MISMATCH, "forward left 1 process"}}},
	{"leave-daemon", {{GM_CRASHED, FORKS}, {GM_MISMATCH, "forward left 1 process"}}},
	{"leave-40", {{GM_CRASHED, FORKS}, {GM_MISMATCH, "forward left 40 processes"}}},
	{"daemon-and-die", {{GM_CRASHED, FORKS}, {GM_CRASHED, "SIGABRT in forward"}}},
	{"child-ended", {{GM_CRASHED, FORKS}, {GM_OK, ""}}},
	{"change-folder", BOTH(GM_MISMATCH, "forward changed the working folder")},
	{"change-variables", BOTH(GM_MISMATCH, "forward changed the environment's variables")},
	{"change-umask", BOTH(GM_MISMATCH, "forward changed the umask")},
	{"change-locale", BOTH(GM_MISMATCH, "forward changed the locale")},
	{"change-priority", BOTH(GM_MISMATCH, "forward changed its priority")},
	{"change-cpus", BOTH(GM_MISMATCH, "forward changed the CPUs it may use")},
	{"leave-open", BOTH(GM_MISMATCH, "forward left 2 descriptors open")},
	{"open-arena", BOTH(GM_MISMATCH, "forward changed the protection of the arena")},
	{"spin-on", BOTH(GM_MISMATCH, "forward left 3 threads running")},
	{"honest-pool", BOTH(GM_OK, "")},
	{"honest-openmp", BOTH(GM_OK, "")},
	{"honest-joined", BOTH(GM_OK, "")},
	{"flood", BOTH(GM_MISMATCH, "forward printed more than 16 MiB; it said: hello, this is a line")},
	{"honest-print-much", BOTH(GM_OK, "")},
	{"hop", {{GM_CRASHED, FORKS}, {GM_MISMATCH, "forward left "}}},
	{"write-file", {{GM_OK, ""}, {-1, NULL}}},
	{"open-socket", {{GM_OK, ""}, {-1, NULL}}},
};

static char plugin[1024], tool[1024]; /* must live as long as a worker */

static void start_as(planned *p, int sandbox, int pauses)
{
	static const char *executor[] = {tool, NULL};
	static char program[1024];
	const char *bin = getenv("GM_BIN");
	worker_info info;

	plugin_path("plugin_hostile", plugin);
	snprintf(tool, sizeof tool, "%s/without_filter", bin ? bin : "bin");
	snprintf(program, sizeof program, "%s/gatemark-worker", bin ? bin : "bin");
	memset(p, 0, sizeof *p);
	worker_launch launch = {
		.plugin = plugin, .pauses = pauses, .program = program, .executor = sandbox == NONE ? executor : NULL};
	assert_ok(worker_start(&launch, &p->w, ERROR));
	worker_describe(p->w, &info);
	assert_string_equal(info.sandbox, PROCESS_SANITIZED ? "none (a sanitizer's build)"
	                                  : sandbox == NONE ? "none (Invalid argument)"
	                                                    : "full");
	set_problem(p, "lstm_T3_N2_I5_H7");
}

static void start(planned *p, int sandbox) { start_as(p, sandbox, 0); }

static gm_status call(planned *p, const char *variant, gm_error *error)
{
	gm_plan_opts opts = options(&p->spec, GM_MODE_INFER);

	GM_TRY(worker_plan(p->w, variant, &p->spec, p->tensors, NULL, &opts, error));
	fill_inputs(p);
	GM_TRY(worker_run(p->w, GM_PASS_FWD, error));
	return worker_unplan(p->w, error);
}

static void assert_becomes(const char *what, const becomes *want, gm_status status, const gm_error *error)
{
	if (status != want->status || strncmp(error->message, want->says, strlen(want->says)) != 0)
		fail_msg("%s: %s '%s', want %s '%s'", what, gm_status_name(status), error->message,
		         gm_status_name(want->status), want->says);
	print_message("  %-20s %-13s %s\n", what, gm_status_name(status), error->message);
}

static void judge(int sandbox)
{
	for (const struct hostile *h = hostile; h < hostile + sizeof hostile / sizeof *hostile; h++) {
		const becomes *want = &h->call[PROCESS_SANITIZED ? NONE : sandbox];
		gm_error error = {0};
		planned p;

		if (!want->says) /* it would get through */
			continue;
		start(&p, sandbox);
		assert_becomes(h->variant, want, call(&p, h->variant, &error), &error);
		tear_down(&p);
		assert_no_child();
	}
}

static void filtered(void **state)
{
	(void)state;
	judge(FULL);
}

static void unfiltered(void **state)
{
	(void)state;
	judge(NONE);
}

/* What the trampoline sees; a variant that breaks what this architecture does not have is honest. */
static void bad_calls(void **state)
{
	static const struct {
		const char *variant, *slot;
	} rows[] = {
		{"clobber-r14", "register r14"},        {"clobber-x27", "register x27"},
		{"clobber-d15", "register d15"},        {"set-direction", "the direction flag"},
		{"change-x87", "the x87 control word"}, {"fill-x87", "the x87 register stack"},
	};
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		becomes want = {GM_OK, ""};
		char says[64];
		gm_error error = {0};
		planned p;

		if (PROCESS_SANITIZED && strncmp(rows[i].slot, "register", 8) == 0)
			continue; /* the instrumented code between may save it */
		for (size_t slot = 0; calling_slots[slot].name; slot++)
			if (strcmp(calling_slots[slot].name, rows[i].slot) == 0)
				want = (becomes){GM_MISMATCH, says};
		snprintf(says, sizeof says, "forward changed %s", rows[i].slot);
		seen += want.status != GM_OK;
		start(&p, FULL);
		assert_becomes(rows[i].variant, &want, call(&p, rows[i].variant, &error), &error);
		tear_down(&p);
	}
	assert_true(seen >= 2 || !calling_slots[0].name);
}

static void when_timed(void **state)
{
	const worker_timing two_calls = {.pass = GM_PASS_FWD, .calls = 2, .samples = 2};
	const becomes want = {GM_MISMATCH, "a timed call changed the working folder"};
	gm_error error = {0};
	double ns[2];
	planned p;

	(void)state;
	start(&p, FULL);
	gm_plan_opts opts = options(&p.spec, GM_MODE_INFER);
	assert_ok(worker_plan(p.w, "change-when-timed", &p.spec, p.tensors, NULL, &opts, ERROR));
	fill_inputs(&p);
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	assert_becomes("change-when-timed", &want, worker_time(p.w, &two_calls, ns, &error), &error);
	tear_down(&p);
}

static void when_destroyed(void **state)
{
	static const struct {
		const char *deed;
		becomes destroy;
	} rows[] = {
		{"change-umask", {GM_MISMATCH, "plan_destroy changed the umask"}},
		{"spin-on", {GM_MISMATCH, "plan_destroy left 3 threads running"}},
		{"honest-pool", {GM_OK, ""}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		gm_error error = {0};
		planned p;

		setenv("HOSTILE_DESTROY", rows[i].deed, 1);
		start(&p, FULL);
		assert_becomes(rows[i].deed, &rows[i].destroy, call(&p, "honest", &error), &error);
		tear_down(&p);
		unsetenv("HOSTILE_DESTROY");
	}
}

/* No failure, but it slows down others. */
static void bad_manners(void **state)
{
	worker_info info;
	planned p;

	(void)state;
	start(&p, FULL);
	assert_ok(call(&p, "honest", ERROR));
	worker_describe(p.w, &info);
	assert_int_equal(info.upper_halves, 0);
	assert_ok(call(&p, "dirty-uppers", ERROR));
	worker_describe(p.w, &info);
	for (size_t slot = 0; calling_slots[slot].name; slot++)
		if (calling_slots[slot].rule == CALLING_MANNERS && (calling_observable() >> slot & 1))
			assert_int_equal(info.upper_halves, 1);
	assert_ok(call(&p, "honest", ERROR));
	worker_describe(p.w, &info);
	assert_int_equal(info.upper_halves, 0);
	tear_down(&p);
}

/* A process that was there before is not taken for one that was left, nor is another worker. */
static void others_stay(void **state)
{
	planned first, second;
	gm_error error = {0};

	(void)state;
	start(&first, NONE);
	start(&second, NONE);
	assert_int_equal(call(&second, "leave-daemon", &error), GM_MISMATCH);
	assert_ok(call(&first, "honest", ERROR));
	tear_down(&second);
	assert_ok(call(&first, "honest", ERROR));
	tear_down(&first);
	assert_no_child();
}

/* While it is loaded a plug-in has no more rights. */
static void when_loaded(void **state)
{
	static const struct {
		const char *deed;
		becomes load;
	} rows[] = {
		{"honest-read-file", {GM_OK, ""}},
		{"honest-pool", {GM_OK, ""}},
		{"leave-open", {GM_OK, ""}}, /* a library may keep what it reads */
		{"change-folder", {GM_BAD_PLUGIN, "loading the plug-in changed the working folder"}},
		{"spin-on", {GM_BAD_PLUGIN, "loading the plug-in left 3 threads running"}},
		{"open-judge", {GM_OK, ""}},
		{"write-file", {GM_OK, ""}},
		{"kill-judge", {GM_BAD_PLUGIN, "SIGSYS in loading the plug-in: it tried to signal another process"}},
		{"seize-judge", {GM_BAD_PLUGIN, "SIGSYS in loading the plug-in: it tried to reach into another process"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows && !PROCESS_SANITIZED; i++) {
		gm_error error = {0};
		size_t count;
		planned p;

		setenv("HOSTILE_LOAD", rows[i].deed, 1);
		start(&p, FULL);
		assert_becomes(rows[i].deed, &rows[i].load, worker_list(p.w, NULL, 0, &count, &error), &error);
		tear_down(&p);
		unsetenv("HOSTILE_LOAD");
		assert_no_child();
	}
}

static long ticks_of(int pid)
{
	char name[64];
	long user = -1, kernel = -1;

	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	FILE *file = fopen(name, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &kernel),
	                 2);
	fclose(file);
	return user + kernel;
}

/* A thread that sleeps when it is looked at takes no time from who is timed meanwhile. */
static void paused_between_questions(void **state)
{
	for (int pauses = 0; pauses < 2; pauses++) {
		gm_error error = {0};
		planned p;

		(void)state;
		start_as(&p, FULL, pauses);
		gm_plan_opts opts = options(&p.spec, GM_MODE_INFER);
		assert_ok(worker_plan(p.w, "wake-later", &p.spec, p.tensors, NULL, &opts, ERROR));
		fill_inputs(&p);
		assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
		long before = ticks_of(worker_pid(p.w));
		usleep(500000);
		long used = ticks_of(worker_pid(p.w)) - before;
		assert_true(pauses ? used == 0 : used > 0);
		assert_int_equal(worker_unplan(p.w, &error), GM_MISMATCH);
		assert_string_equal(error.message, "plan_destroy left 1 thread running");
		tear_down(&p);
		assert_no_child();
	}
}

/* Without its capabilities root reads what others may read. */
static void not_roots_own(void **state)
{
	char place[] = "/tmp/gm_hostile_XXXXXX", file[64];
	gm_error error;
	size_t count;
	worker *w;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(place));
	snprintf(file, sizeof file, "%s/x.so", place);
	assert_true(chown(place, 65534, 65534) == 0 && chmod(place, 0700) == 0);
	assert_ok(worker_start(&(worker_launch){.plugin = file}, &w, ERROR));
	assert_int_equal(worker_list(w, NULL, 0, &count, &error), GM_BAD_PLUGIN);
	assert_non_null(strstr(error.message, "/x.so: Permission denied, to a worker that has given up root's rights"));
	worker_stop(w);
	rmdir(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filtered),      cmocka_unit_test(unfiltered),  cmocka_unit_test(bad_calls),
		cmocka_unit_test(bad_manners),   cmocka_unit_test(when_timed),  cmocka_unit_test(when_destroyed),
		cmocka_unit_test(others_stay),   cmocka_unit_test(when_loaded), cmocka_unit_test(paused_between_questions),
		cmocka_unit_test(not_roots_own),
	};

	return cmocka_run_group_tests_name("hostile plug-ins", tests, NULL, NULL);
}
