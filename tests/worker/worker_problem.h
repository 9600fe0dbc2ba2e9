/* SPDX-License-Identifier: MIT */
/* worker_problem.h - what tests of the worker share: where plug-ins lie, a started and planned worker in one line, and
 * that nobody is left behind. */
#ifndef TESTS_WORKER_PROBLEM_H
#define TESTS_WORKER_PROBLEM_H

#include "worker/worker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

typedef struct planned {
	worker *w;
	gm_spec spec;
	gm_tensors *tensors;
} planned;

static inline void plugin_path(const char *name, char path[1024])
{
	const char *folder = getenv("GM_LIB");

	snprintf(path, 1024, "%s/%s.so", folder ? folder : "lib", name);
}

#define assert_ok(expression)                                \
	do {                                                     \
		gm_error error_ = {0};                               \
		if (((expression)) != GM_OK)                         \
			fail_msg("%s: %s", #expression, error_.message); \
	} while (0)
#define ERROR (&error_) /* for use inside assert_ok */

static inline gm_plan_opts options(const gm_spec *spec, uint32_t mode)
{
	return (gm_plan_opts){
		.struct_size = sizeof(gm_plan_opts), .mode = mode, .T_max = spec->T, .N_max = spec->N, .threads = 1};
}

static inline void set_problem(planned *p, const char *text)
{
	assert_ok(gm_spec_parse(text, &p->spec, ERROR));
	assert_ok(gm_tensors_create(&p->spec, &p->tensors, ERROR));
}

/* Every f32 input becomes a small number of its index, so that equal calls see equal data. */
static inline void fill_inputs(planned *p)
{
	for (size_t i = 0; i < p->tensors->count; i++) {
		const gm_tensor *row = &p->tensors->row[i];
		void *data = worker_data(p->w, i);

		if (!data || row->role == GM_ROLE_OUTPUT || row->role == GM_ROLE_GRAD)
			continue;
		for (size_t k = 0; k < row->count; k++)
			if (row->dtype == GM_DTYPE_I64)
				((int64_t *)data)[k] = 1;
			else
				((float *)data)[k] = (float)((int)((k * 37 + i * 11) % 41) - 20) / 32;
	}
}

static inline void tear_down(planned *p)
{
	worker_stop(p->w);
	gm_tensors_destroy(p->tensors);
	memset(p, 0, sizeof *p);
}

/* Fails if this process has a child, dead or alive. */
static inline void assert_no_child(void)
{
	pid_t left = waitpid(-1, NULL, WNOHANG);

	if (left != -1 || errno != ECHILD)
		fail_msg("process %d was left behind", (int)left);
}

#endif
