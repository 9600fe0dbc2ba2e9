/* SPDX-License-Identifier: MIT */
/* guest.c - the only program of a machine that is emulated whole: runs variants on case packs and says the digests of
 * their results, which the host compares with those of judged runs (tools/scripts/emulate_bochs.sh).  No HDF5, no judge
 * here.
 *
 *   gatemark-guest FOLDER VARIANT..      every *.pack of FOLDER, in order of names
 * Lines, each after "gatemark: ":
 *   no VARIANT REASON                    not on this CPU
 *   CASE VARIANT CLASS PASS DIGEST       PASS: fwd (with a tape), bwd, infer (forward without a tape)
 *   failed CASE VARIANT REASON
 *   end CASES                            the last: nothing is missing before it
 * As the first process of a machine it writes them into the kernel's log, which is polled out to the serial port (a
 * process's own serial output waits for interrupts that an emulator may not deliver), and switches the machine off.
 * Elsewhere it writes to standard output. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "reader/casepack.h"
#include "judge/judge.h"

enum { FWD, BWD, INFER, PASSES };
enum { KMSG_MAJOR = 1, KMSG_MINOR = 11 }; /* Documentation/admin-guide/devices.txt of Linux */

static int out = STDOUT_FILENO;

typedef struct attempt { /* one variant on one case, in one mode */
	const gm_variant *variant;
	const gm_case *c;
	gm_plan_opts opts;
	gm_sizes sizes;
	void **data; /* by row: the case's own, or owned results; NULL = absent */
	gm_binding *binding;
	gm_plan *plan;
	void *plan_memory, *scratch, *tape;
} attempt;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[800];
	size_t used = (size_t)snprintf(line, sizeof line, "%sgatemark: ", out == STDOUT_FILENO ? "" : "<2>");
	va_list values;

	va_start(values, format);
	vsnprintf(line + used, sizeof line - used - 1, format, values);
	va_end(values);
	used = strlen(line);
	line[used] = '\n';
	if (write(out, line, used + 1) < 0)
		_exit(2);
}

/* ---- one attempt ---- */

/* Poisoned: what is read before it is written shows in the digest. */
static void *poisoned(size_t bytes, size_t alignment)
{
	size_t size = (bytes + alignment) / alignment * alignment;
	void *memory = aligned_alloc(alignment, size);

	return memory ? memset(memory, 0xff, size) : NULL;
}

static int is_result(const gm_case *c, size_t row, gm_role role)
{
	return c->tensors->row[row].role == role && c->golden64[row];
}

static gm_status give_data(attempt *a, gm_error *error)
{
	const gm_case *c = a->c;

	a->data = calloc(c->tensors->count, sizeof *a->data);
	for (size_t k = 0; a->data && k < c->tensors->count; k++) {
		const gm_tensor *tensor = &c->tensors->row[k];

		a->data[k] = c->data[k];
		if (!is_result(c, k, GM_ROLE_OUTPUT) && !is_result(c, k, GM_ROLE_GRAD))
			continue;
		a->data[k] = poisoned(tensor->count * gm_dtype_bytes(tensor->dtype), 64);
		if (!a->data[k])
			return gm_fail(error, GM_NO_MEMORY, "no memory for %s", tensor->name);
	}
	return a->data ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for a case");
}

static gm_status give_memory(attempt *a, gm_error *error)
{
	a->sizes.struct_size = sizeof a->sizes;
	GM_TRY(a->variant->sizes(&a->c->spec.problem, &a->opts, &a->sizes));
	a->plan_memory = poisoned(a->sizes.plan_bytes, a->sizes.alignment);
	a->scratch = poisoned(a->sizes.scratch_bytes, a->sizes.alignment);
	a->tape = poisoned(a->sizes.tape_bytes, a->sizes.alignment);
	if (!a->plan_memory || !a->scratch || !a->tape)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a plan");
	return GM_OK;
}

static gm_status attempt_open(attempt *a, gm_error *error)
{
	GM_TRY(a->variant->supports(&a->c->spec.problem, &a->opts, error));
	GM_TRY(give_data(a, error));
	GM_TRY(give_memory(a, error));
	GM_TRY(a->variant->plan_create(&a->c->spec.problem, &a->opts, a->plan_memory, &a->plan, error));
	GM_TRY(gm_binding_create(&a->c->spec, a->c->tensors, a->data, &a->binding, error));
	a->binding->fwd.tape = a->opts.mode == GM_MODE_INFER ? NULL : a->tape;
	a->binding->fwd.scratch = a->scratch;
	return a->variant->set_weights(a->plan, &a->binding->weights, error);
}

static void attempt_close(attempt *a)
{
	if (a->plan)
		a->variant->plan_destroy(a->plan);
	for (size_t k = 0; a->data && k < a->c->tensors->count; k++)
		if (a->data[k] != a->c->data[k])
			free(a->data[k]);
	gm_binding_destroy(a->binding);
	free(a->data);
	free(a->plan_memory);
	free(a->scratch);
	free(a->tape);
}

/* Digest of all results of a pass in order of the table, as in the records of check; says nothing if there are none. */
static void say_digest(const attempt *a, int pass)
{
	static const char *const name[PASSES] = {"fwd", "bwd", "infer"};
	const gm_traits *traits = &a->variant->traits;
	const char *rounding = traits->rounding == GM_CANONICAL ? "canon1" : "free";
	uint64_t digest = 0;
	size_t results = 0;

	for (size_t k = 0; k < a->c->tensors->count; k++) {
		if (!is_result(a->c, k, pass == BWD ? GM_ROLE_GRAD : GM_ROLE_OUTPUT))
			continue;
		digest = judge_digest(digest, a->data[k], a->c->tensors->row[k].count);
		results++;
	}
	if (results)
		say("%s %s %s/%s/%s %s %016llx", a->c->id, a->variant->name, rounding, traits->activation, traits->weights,
		    name[pass], (unsigned long long)digest);
}

static gm_status run_mode(const gm_case *c, const gm_variant *variant, unsigned mode, gm_error *error)
{
	attempt a = {.variant = variant, .c = c};

	a.opts = (gm_plan_opts){
		.struct_size = sizeof a.opts, .mode = mode, .T_max = c->spec.T, .N_max = c->spec.N, .threads = 1};
	gm_status status = attempt_open(&a, error);
	if (status == GM_OK)
		status = variant->forward(a.plan, &a.binding->fwd);
	if (status == GM_OK)
		say_digest(&a, mode == GM_MODE_INFER ? INFER : FWD);
	if (status == GM_OK && mode == GM_MODE_TRAIN)
		status = variant->backward(a.plan, &a.binding->bwd);
	if (status == GM_OK && mode == GM_MODE_TRAIN)
		say_digest(&a, BWD);
	attempt_close(&a);
	return status;
}

/* ---- all of them ---- */

static void run_case(const char *path, char *const *names)
{
	gm_error error = {0};
	gm_case *c;

	if (case_from_file(path, &c, &error) != GM_OK) {
		say("failed %s - %s", path, error.message);
		return;
	}
	for (; *names; names++) {
		const gm_variant *variant = gm_variant_find(*names);
		gm_error why = {0};

		if (!variant || gm_variant_runnable(variant, &error) != GM_OK)
			continue; // said once, before the cases
		gm_status status = run_mode(c, variant, GM_MODE_TRAIN, &why);
		if (status == GM_OK)
			status = run_mode(c, variant, GM_MODE_INFER, &why);
		if (status != GM_OK)
			say("failed %s %s %s", c->id, *names, why.message[0] ? why.message : gm_status_name(status));
	}
	case_destroy(c);
}

static int is_pack(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".pack") == 0;
}

static void run_folder(const char *folder, char *const *names)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, is_pack, alphasort);

	if (count < 0) {
		say("failed - - cannot read the folder %s", folder);
		return;
	}
	for (char *const *name = names; *name; name++) {
		const gm_variant *variant = gm_variant_find(*name);
		gm_error error = {0};

		if (!variant)
			say("failed - %s there is no such variant", *name);
		else if (gm_variant_runnable(variant, &error) != GM_OK)
			say("no %s %s", *name, error.message);
	}
	for (int k = 0; k < count; k++) {
		char path[600];

		snprintf(path, sizeof path, "%s/%s", folder, entry[k]->d_name);
		run_case(path, names);
		free(entry[k]);
	}
	free(entry);
	say("end %d", count);
}

int main(int argc, char **argv)
{
	int alone = getpid() == 1;

	if (alone && mknod("/kmsg", S_IFCHR | 0600, makedev(KMSG_MAJOR, KMSG_MINOR)) == 0)
		out = open("/kmsg", O_WRONLY);
	if (argc < 3)
		say("failed - - needs a folder of case packs and variants");
	else
		run_folder(argv[1], argv + 2);
	if (alone)
		reboot(RB_POWER_OFF);
	return argc < 3 ? 2 : 0;
}
