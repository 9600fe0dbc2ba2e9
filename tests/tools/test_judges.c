/* SPDX-License-Identifier: MIT */
/* test_judges.c - processes that judge are killed and stopped, by the kernel at hand or from outside: the right one is
 * blamed, and every case that was asked for is judged all the same. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/check.h"
#include "record/results.h"
#include "run_program.h"

#define CASES "rnn_tanh_T3_*"

static void read_results(evidence *e)
{
	gm_error error;
	*e = (evidence){0};
	if (results_read(in_folder("r.jsonl"), e, &error) != GM_OK)
		fail_msg("%s", error.message);
}

/* ---- by the kernel at hand ---- */

/* Where a worker may not send signals the kernel is what dies.  What holds up one judge after the other is given up. */
static void assert_blamed(const check_result *r, const char *says)
{
	assert_int_equal(r->status, STATUS_FAIL);
	if (r->code == CODE_GIVEN_UP)
		return;
	if (!strstr(r->reason, says) && !strstr(r->reason, " in forward"))
		fail_msg("%s/%s %s: %s", r->case_id, check_pass_word(r->pass), r->variant, r->reason);
	assert_int_equal(r->code, CODE_CRASHED);
}

static void attack(const char *variant, const char *says)
{
	evidence e;
	size_t others = 0, blamed = 0;
	outcome o = expect(1, "gatemark check -q --plugin '%s' --variants %s,base --cases '" CASES "' --json=%s",
	                   plugin_path("judge_attacks"), variant, in_folder("r.jsonl"));
	outcome_free(&o);
	read_results(&e);
	assert_true(e.check_count > 4 && e.check_count % 2 == 0);
	for (size_t k = 0; k < e.check_count; k++) {
		blamed += e.check[k].code == CODE_CRASHED;
		others += e.check[k].code == CODE_WRONG;
		if (strcmp(e.check[k].variant, variant) == 0)
			assert_blamed(&e.check[k], says);
	}
	assert_true(blamed >= 6);
	assert_int_equal(2 * others, e.check_count); // "base" is judged on all of them, and it is wrong
	assert_int_equal(e.end[0].exit_code, 1);
	evidence_free(&e);
}

static void a_kernel_that_kills_its_judge_fails(void **state)
{
	(void)state;
	attack("kills", "its judge ended with signal 9 (SIGKILL) while judging it");
}

static void a_kernel_that_stops_its_judge_fails(void **state)
{
	(void)state;
	attack("stops", "its judge was stopped while judging it");
}

/* ---- from outside ---- */

typedef struct watched { /* a run of the engine in this process, whose children are the judges */
	fixture_set *set;
	unsigned char *chosen;
	contestant variant[2];
	size_t variants, asked, kills; /* left: at a step the judges of the moment are killed */
	size_t results, facts, silent, given_up;
	gm_error error;
} watched;

/* Those of that process, but for this one. */
static void kill_judges(pid_t of)
{
	char path[64], list[4096] = "";
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)of, (int)of);
	FILE *file = fopen(path, "r");
	if (file && fgets(list, sizeof list, file))
		for (char *word = strtok(list, " "); word; word = strtok(NULL, " "))
			if (strtol(word, NULL, 10) != (long)getpid())
				kill((pid_t)strtol(word, NULL, 10), SIGKILL);
	if (file)
		fclose(file);
}

static void on_step(void *context, size_t done)
{
	watched *w = context;
	if (w->kills > 0 && done < w->asked) {
		w->kills--;
		kill_judges(getpid());
	}
}

static void on_facts(void *context, case_facts *facts)
{
	(void)facts;
	((watched *)context)->facts++;
}

static void on_result(void *context, check_result *r)
{
	watched *w = context;
	w->results++;
	w->silent += r->status == STATUS_FAIL && strstr(r->reason, "its judge stood still while judging it") != NULL;
	w->given_up += r->code == CODE_GIVEN_UP;
}

static void load(watched *w)
{
	assert_int_equal(fixture_load(getenv("GM_FIXTURES"), &(fixture_options){0}, &w->set, &w->error), GM_OK);
	w->chosen = calloc(w->set->count, 1);
	assert_non_null(w->chosen);
	for (size_t k = 0; k < w->set->count; k++)
		w->asked += w->chosen[k] = strncmp(w->set->cases[k]->id, CASES, strlen(CASES) - 1) == 0;
	assert_true(w->asked > 3);
}

static gm_status run(watched *w, double silence)
{
	static const volatile sig_atomic_t stop;
	static const executor here = {.name = "native"};
	const check_plan plan = {.set = w->set,
	                         .chosen = w->chosen,
	                         .variant = w->variant,
	                         .variant_count = w->variants,
	                         .passes = CHECK_FWD,
	                         .accuracy_class = -1,
	                         .executor = &here,
	                         .silence = silence,
	                         .stop = &stop,
	                         .emit = on_result,
	                         .facts = on_facts,
	                         .step = on_step,
	                         .context = w};
	gm_status status = check_run(&plan, &w->error);
	free(w->chosen);
	fixture_set_destroy(w->set);
	return status;
}

static void judges_lost_between_cases_are_replaced(void **state)
{
	watched w = {.kills = 1};
	(void)state;
	load(&w);
	if (run(&w, 0) != GM_OK)
		fail_msg("%s", w.error.message);
	assert_int_equal(w.facts, w.asked);
}

static void but_not_without_end(void **state)
{
	watched w = {.kills = 0};
	size_t missed, asked;
	pid_t parent = getpid(), killer;
	(void)state;
	load(&w);
	killer = fork();
	for (; killer == 0; usleep(1000)) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		kill_judges(parent);
	}
	gm_status status = run(&w, 0);
	kill(killer, SIGKILL);
	waitpid(killer, NULL, 0);
	assert_int_equal(status, GM_CRASHED);
	assert_in(w.error.message, " judging processes ended with no variant at hand, the last with signal 9 (SIGKILL); ");
	assert_int_equal(sscanf(strstr(w.error.message, "; "), "; %zu of %zu cases were not judged", &missed, &asked), 2);
	assert_int_equal(asked, w.asked);
	assert_int_equal(missed + w.facts, w.asked);
	assert_true(missed > 0);
}

static void a_silent_judge_is_replaced(void **state)
{
	static const worker_launch launch;
	watched w = {.variants = 2};
	worker_variant list[8];
	char path[4096];
	size_t count;
	gm_error error;
	worker *one;
	(void)state;
	worker_launch foreign = launch;
	snprintf(path, sizeof path, "%s", plugin_path("judge_attacks"));
	foreign.plugin = path;
	assert_int_equal(worker_start(&foreign, &one, &error), GM_OK);
	assert_int_equal(worker_list(one, list, 8, &count, &error), GM_OK);
	worker_stop(one);
	for (size_t k = 0; k < 2; k++) // "rests", "base"
		w.variant[k] = (contestant){.info = list[2 + k], .plugin = path, .runnable = 1};
	load(&w);
	if (run(&w, 1) != GM_OK)
		fail_msg("%s", w.error.message);
	assert_int_equal(w.results, 2 * w.asked);
	assert_int_equal(w.facts, w.asked);
	assert_int_equal(w.silent + w.given_up, w.asked);
	assert_true(w.silent >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_kernel_that_kills_its_judge_fails, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(a_kernel_that_stops_its_judge_fails, open_folder, close_folder),
		cmocka_unit_test(judges_lost_between_cases_are_replaced),
		cmocka_unit_test(but_not_without_end),
		cmocka_unit_test(a_silent_judge_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
