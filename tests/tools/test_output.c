/* SPDX-License-Identifier: MIT */
/* test_output.c - what stands in the way of a result: links, other writers at the worst moment, FIFOs that nobody
 * reads. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall */
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/output.h"
#include "record/results.h"
#include "run_program.h"

/* What another process does between this one's open and lock, at a time; NULL: nothing. */
static void (*meanwhile)(void);

int flock(int fd, int operation) // the program's own: libc's is a system call and no more
{
	void (*now)(void) = meanwhile;
	meanwhile = NULL;
	if (now)
		now();
	return (int)syscall(SYS_flock, fd, operation);
}

static void the_other_one_ends(void)
{
	char from[4200];
	snprintf(from, sizeof from, "%s", in_folder("r.jsonl.partial"));
	file_put(folder, "r.jsonl.partial", "three\nwhole\nrecords\n");
	assert_int_equal(rename(from, in_folder("r.jsonl")), 0);
}

static void a_finished_file_is_not_emptied(void **state)
{
	gm_error error;
	results *r;
	(void)state;
	meanwhile = the_other_one_ends;
	assert_int_equal(results_open(in_folder("r.jsonl"), &r, &error), GM_OK);
	assert_null(meanwhile);
	char *text = file_text(folder, "r.jsonl");
	assert_string_equal(text, "three\nwhole\nrecords\n"); // what is written goes elsewhere
	free(text);
	results_put(r, RECORD_END_OF_RUN, &(run_end){.seconds = 1});
	assert_int_equal(results_close(r, NULL, &error), GM_OK);
	text = file_text(folder, "r.jsonl");
	assert_int_equal(count_of(text, "\n"), 1);
	free(text);
}

/* A link, or a second name of a file, in the place of the partial file: whose it is stays as it is. */
static void what_a_link_names_is_not_written(void **state)
{
	static int (*const make[])(const char *target, const char *path) = {symlink, link};
	(void)state;
	for (int k = 0; k < 3; k++) {
		char victim[4200];
		gm_error error;
		results *r;
		file_put(folder, "victim", "precious");
		snprintf(victim, sizeof victim, "%s", in_folder("victim"));
		assert_int_equal(
			k < 2 ? make[k](victim, in_folder("r.jsonl.partial")) : mkfifo(in_folder("r.jsonl.partial"), 0600), 0);
		assert_int_equal(results_open(in_folder("r.jsonl"), &r, &error), GM_IO);
		assert_in(error.message, "r.jsonl.partial is a link, or no regular file");
		char *text = file_text(folder, "victim");
		assert_string_equal(text, "precious");
		free(text);
		assert_null(file_text(folder, "r.jsonl"));
		unlink(in_folder("r.jsonl.partial"));
	}
}

/* One put there while records are written is found when the file is closed. */
static void nor_what_is_linked_later(void **state)
{
	char victim[4200];
	gm_error error;
	results *r;
	(void)state;
	file_put(folder, "victim", "precious");
	snprintf(victim, sizeof victim, "%s", in_folder("victim"));
	assert_int_equal(results_open(in_folder("r.jsonl"), &r, &error), GM_OK);
	assert_int_equal(unlink(in_folder("r.jsonl.partial")), 0);
	assert_int_equal(symlink(victim, in_folder("r.jsonl.partial")), 0);
	assert_int_equal(results_close(r, NULL, &error), GM_IO);
	assert_in(error.message, "was replaced meanwhile");
	assert_null(file_text(folder, "r.jsonl"));
}

static void a_fifo_is_waited_for_a_while(void **state)
{
	gm_error error;
	results *r;
	(void)state;
	assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
	const double begun = clock_now();
	assert_int_equal(results_open(in_folder("fifo"), &r, &error), GM_IO);
	assert_in(error.message, "nobody has read from it for 5 s");
	assert_int_equal(output_write(in_folder("fifo"), "x", 1, &error), GM_IO);
	assert_true(clock_now() - begun < 60);
	pid_t reader = fork();
	if (reader == 0) {
		usleep(300000); // later than the writer comes
		char byte = 0;
		int fd = open(in_folder("fifo"), O_RDONLY);
		_exit(read(fd, &byte, 1) == 1 && byte == 'x' ? 0 : 1);
	}
	int state_of_reader;
	assert_int_equal(output_write(in_folder("fifo"), "x", 1, &error), GM_OK);
	assert_int_equal(waitpid(reader, &state_of_reader, 0), reader);
	assert_int_equal(state_of_reader, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_finished_file_is_not_emptied, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(what_a_link_names_is_not_written, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(nor_what_is_linked_later, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(a_fifo_is_waited_for_a_while, open_folder, close_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
