/* SPDX-License-Identifier: MIT */
/* test_emulation.c - an emulator is told from the machine: the judgement on what was measured under qemu-user 7.2 and
 * natively, this very process, and the program under a real emulator of this machine where there is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "base/process.h"
#include "worker/emulation.h"
#include "tools/run_program.h"

enum { X86 = 62, ARM = 183 }; /* e_machine */

static void judgement(void **state)
{
	static const struct row {
		const char *told, *real;
		unsigned machine, ours;
		const char *says; /* NULL = no emulator */
	} row[] = {
		{"/tmp/gatemark", "/tmp/gatemark", X86, X86, NULL},
		{"/tmp/gatemark", "/usr/bin/qemu-aarch64", X86, ARM,
	     "qemu-user detected (this process really runs /usr/bin/qemu-aarch64, "},
		{"/tmp/gatemark", "/usr/bin/qemu-x86_64", X86, X86,
	     "qemu-user detected (this process really runs /usr/bin/qemu-x86_64)"},
		{"/tmp/gatemark", "/opt/box", X86, X86, "an emulator detected (this process really runs /opt/box)"},
		{"/opt/box", "/opt/box", X86, ARM, "an emulator detected"},
		{"", "", X86, ARM, "of another architecture"},
		{"", "", 0, X86, NULL}, /* no /proc */
		{"/tmp/gatemark", "", 0, X86, NULL},
		{"/tmp/gatemark", "/tmp/gatemark", 0, X86, NULL}, /* not readable */
		{"/tmp/gatemark", "/tmp/gatemark", X86, 0, NULL},
	};
	char text[EMULATION_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int found = emulation_judge(row[i].told, row[i].real, row[i].machine, row[i].ours, text);

		if (found != (row[i].says != NULL) || (found ? !strstr(text, row[i].says) : text[0] != '\0'))
			fail_msg("row %zu: %d, \"%s\"", i, found, text);
	}
}

/* Instrumented builds and valgrind included would be emulators here: ctest runs this on the machine itself. */
static void this_process(void **state)
{
	char text[EMULATION_TEXT];

	(void)state;
	if (emulation_detect(text))
		fail_msg("%s", text);
	assert_string_equal(text, "");
}

static void emulated_bench_is_refused(void **state)
{
	struct utsname name;

	(void)state;
	if (PROCESS_SANITIZED) { /* of 16 TiB of shadow memory qemu-user keeps tables until the system kills it */
		print_message("no sanitizer's program runs under qemu-user\n");
		skip();
	}
	assert_int_equal(uname(&name), 0);
	outcome o = expect(0, "qemu-%s --version >&2 || echo none", name.machine);
	int none = o.out[0] != '\0';
	outcome_free(&o);
	if (none) {
		print_message("no qemu-%s here\n", name.machine);
		skip();
	}
	for (int i = 0; i < 2; i++) {
		o = expect(5, "qemu-%s -cpu max \"$GM_BIN\"/gatemark %s --quick", name.machine,
		           i ? "run --out=/dev/null/x" : "bench");
		assert_non_null(strstr(o.err, "times from an emulator are never taken: qemu-user detected"));
		assert_string_equal(o.out, "");
		outcome_free(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judgement),
		cmocka_unit_test(this_process),
		cmocka_unit_test(emulated_bench_is_refused),
	};

	return cmocka_run_group_tests_name("emulation", tests, NULL, NULL);
}
