/* SPDX-License-Identifier: MIT */
/* test_rerun.c - the command that repeats a failure: composed in one place, quoted for a shell, the same in every
 * output, and it does repeat the failure. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/rerun.h"
#include "run_program.h"

#define CASE "lstm_T3_N2_I3_H4.init"

static void every_option_that_matters_is_named_and_quoted(void **state)
{
	static char *plugins[] = {"./it's.so", "two b.so"};
	static const struct {
		char *plugin;
		const char *oracle;
		run_begin run;
		const char *command;
	} row[] = {
		{NULL, "", {.program = NULL}, "gatemark check --cases c.init --variants v --pass bwd"},
		{NULL, "", {.program = "../a b/gatemark"}, "'../a b/gatemark' check --cases c.init --variants v --pass bwd"},
		{"./it's.so",
	     "",
	     {.plugins = plugins,
	      .plugins_count = 2,
	      .options = {.allow_unlisted = 1, .no_fork = 1, .accuracy_class = "f32-abs", .fixtures = "a b.h5"}},
	     "gatemark check --cases c.init --variants v --pass bwd --plugin './it'\\''s.so' --plugin 'two b.so' "
	     "--fixtures 'a b.h5' --class f32-abs --allow-unlisted --no-fork"},
		{NULL,
	     "",
	     {.plugins = plugins,
	      .plugins_count = 2,
	      .options = {.executor = "q=qemu -L / w", .isa_cap = "avx2", .timeout = "1.5h"}},
	     "gatemark check --cases c.init --variants v --pass bwd --executor 'q=qemu -L / w' --isa-cap avx2 "
	     "--timeout 1.5h"},
		{NULL, "scalar-oracle", {.seed = 0}, "gatemark check --cases c.init --variants scalar-oracle,v --pass bwd"},
		{"./p.so",
	     "scalar-oracle",
	     {.seed = 0},
	     "gatemark check --cases c.init --variants v --pass bwd --plugin ./p.so"},
		{"./p.so", "base", {.seed = 0}, "gatemark check --cases c.init --variants base,v --pass bwd --plugin ./p.so"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		check_result check = {.case_id = "c.init", .variant = "v", .pass = PASS_BWD, .plugin = row[k].plugin};
		strcpy(check.oracle, row[k].oracle);
		char *command = rerun_check(&check, &row[k].run);
		assert_string_equal(command, row[k].command);
		free(command);
	}
}

/* What stands behind the n-th "rerun: ", as it is pasted: to the end of the first line without a backslash. */
static char *pasted(const char *text, size_t n)
{
	for (size_t k = 0; k <= n; k++) {
		text = strstr(text, "rerun: ");
		assert_non_null(text);
		text += 7;
	}
	size_t length = strcspn(text, "\n");
	while (text[length] != '\0' && text[length - 1] == '\\')
		length += 1 + strcspn(text + length + 1, "\n");
	char *command = strndup(text, length);
	assert_non_null(command);
	return command;
}

/* The lines from "FAIL" to "rerun: ". */
static char *first_failure(const char *text)
{
	const char *from = strstr(text, "FAIL "), *to = from ? strstr(from, "rerun: ") : NULL;
	assert_non_null(to);
	return strndup(from, (size_t)(to - from));
}

/* A command on one line, as files have it. */
static char *joined(const char *command)
{
	char *line = strdup(command), *to = line;
	for (const char *from = command; *from != '\0';)
		if (strncmp(from, " \\\n    ", 7) == 0) {
			*to++ = ' ';
			from += 7;
		} else {
			*to++ = *from++;
		}
	*to = '\0';
	return line;
}

/* Two plug-ins, one of them wrong, a set of one's own in a folder with a blank, an option of each kind.  What is pasted
 * from the terminal, from the same folder, says the same. */
static void what_is_pasted_repeats_the_failure(void **state)
{
	(void)state;
	outcome o = expect(0, "cd %s && mkdir 'my set' && cp \"$GM_FIXTURES\"/core.h5 'my set' && cp '%s' \"it's one.so\"",
	                   folder, plugin_path("wrong_numbers"));
	outcome_free(&o);
	o = expect(
		1,
		"cd %s && gatemark check --cases " CASE " --fixtures 'my set/core.h5' --allow-unlisted --class f32 "
		"--isa-cap avx2 --variants base,honest --plugin \"it's one.so\" --plugin '%s' --junit j.xml --json=r.jsonl",
		folder, plugin_path("cheats"));
	assert_true(widest_line(o.out) <= 80);
	char *command = pasted(o.out, 0), *failure = first_failure(o.out), *line = joined(command);
	outcome_free(&o);
	assert_in(line, "/gatemark check --cases " CASE " --variants base --pass fwd --plugin 'it'\\''s one.so' --plugin ");
	assert_in(line, " --fixtures 'my set/core.h5' --class f32 --isa-cap avx2 --allow-unlisted");
	file_put(folder, "again.sh", command);
	o = expect(1, "cd %s && /bin/sh again.sh", folder);
	char *again = first_failure(o.out);
	assert_string_equal(again, failure);
	outcome_free(&o);
	file_put(folder, "line", line); // without what Markdown and markup make of some characters
	o = expect(
		0,
		"cd %s && { gatemark report r.jsonl -o r.html --markdown r.md || test $? = 1; } && tr -d \\\\ <line >want && "
		"for f in r.html r.md j.xml; do "
		"sed \"s/&#39;/'/g; s/&apos;/'/g; s/&quot;/\\\"/g\" $f | tr -d \\\\ | grep -qF -f want || echo $f; done",
		folder);
	assert_string_equal(o.out, "");
	outcome_free(&o);
	free(again);
	free(line);
	free(failure);
	free(command);
}

/* One that is slower than --timeout is no failure without it. */
static void a_time_out_is_repeated_with_its_limit(void **state)
{
	(void)state;
	outcome o = expect(1, "gatemark check -q --plugin '%s' --variants rests --cases " CASE " --pass fwd --timeout 0.7",
	                   plugin_path("judge_attacks"));
	char *command = pasted(o.out, 0);
	assert_in(o.out, "no answer from forward within 0.7 s");
	assert_in(command, " --timeout 0.7");
	free(command);
	outcome_free(&o);
}

/* The verb comes from a file too. */
static void a_run_is_repeated_by_words_alone(void **state)
{
	char *words[] = {(char[]){"gatemark"}, (char[]){"$(touch x)"}, (char[]){"--out"}, (char[]){"a b;c"}};
	run_begin run;
	(void)state;
	run_begin_init(&run);
	snprintf(run.verb, sizeof run.verb, "$(touch x)");
	run.arguments = words;
	run.arguments_count = 4;
	char *text = rerun_run(&run);
	assert_string_equal(text, "gatemark '$(touch x)' --out 'a b;c'");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_that_matters_is_named_and_quoted),
		cmocka_unit_test_setup_teardown(what_is_pasted_repeats_the_failure, open_folder, close_folder),
		cmocka_unit_test(a_time_out_is_repeated_with_its_limit),
		cmocka_unit_test(a_run_is_repeated_by_words_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
