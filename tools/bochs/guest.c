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
#include <fnmatch.h>
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

enum { KMSG_MAJOR = 1, KMSG_MINOR = 11 }; /* Documentation/admin-guide/devices.txt of Linux */

static int out = STDOUT_FILENO;

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

/* ---- one variant on one case, in one mode ---- */

enum { POOL_BYTES = 256 << 20 };
static unsigned char *pool; /* of all that a run needs; the next begins at its start again */
static size_t pool_used;    /* more than POOL_BYTES: it did not suffice */

/* Poisoned, and a little behind it: what is read before it is written, or too far, shows in the digest. */
static void *take(size_t bytes, size_t alignment)
{
	size_t start = (pool_used + alignment - 1) / alignment * alignment;
	size_t size = (bytes + alignment) / alignment * alignment;

	pool_used = start > POOL_BYTES || size > POOL_BYTES - start ? (size_t)POOL_BYTES + 1 : start + size;
	return pool_used > POOL_BYTES ? NULL : memset(pool + start, 0xff, size);
}

static int is_result(const gm_case *c, size_t row, gm_role role)
{
	return c->tensors->row[row].role == role && c->golden64[row];
}

/* Digest of all results of a pass in order of the table, as in the records of check; says nothing if there are none. */
static void say_digest(const gm_case *c, const gm_variant *variant, void *const *data, const char *pass, gm_role role)
{
	const char *rounding = variant->traits.rounding == GM_CANONICAL ? "canon1" : "free";
	uint64_t digest = 0;
	size_t results = 0;

	for (size_t k = 0; k < c->tensors->count; k++) {
		if (!is_result(c, k, role))
			continue;
		digest = judge_digest(digest, data[k], c->tensors->row[k].count);
		results++;
	}
	if (results)
		say("%s %s %s/%s/%s %s %016llx", c->id, variant->name, rounding, variant->traits.activation,
		    variant->traits.weights, pass, (unsigned long long)digest);
}

static gm_status run_plan(const gm_variant *variant, gm_plan *plan, const gm_case *c, void *const *data, gm_binding *b,
                          gm_error *error)
{
	GM_TRY(variant->set_weights(plan, &b->weights, error));
	GM_TRY(variant->forward(plan, &b->fwd, error));
	say_digest(c, variant, data, b->fwd.tape ? "fwd" : "infer", GM_ROLE_OUTPUT);
	if (!b->fwd.tape)
		return GM_OK;
	GM_TRY(variant->backward(plan, &b->bwd, error));
	say_digest(c, variant, data, "bwd", GM_ROLE_GRAD);
	return GM_OK;
}

static gm_status run_mode(const gm_case *c, const gm_variant *variant, uint32_t mode, gm_error *error)
{
	const gm_problem *problem = &c->spec.problem;
	gm_plan_opts opts = {
		.struct_size = sizeof opts, .mode = mode, .T_max = c->spec.T, .N_max = c->spec.N, .threads = 1};
	gm_sizes sizes = {.struct_size = sizeof sizes};
	gm_binding *binding;
	gm_plan *plan;

	GM_TRY(variant->supports(variant, problem, &opts, error));
	GM_TRY(variant->sizes(variant, problem, &opts, &sizes, error));
	pool_used = 0;
	void *memory = take(sizes.plan_bytes, sizes.alignment), *scratch = take(sizes.scratch_bytes, sizes.alignment);
	void *tape = mode == GM_MODE_INFER ? NULL : take(sizes.tape_bytes, sizes.alignment);
	void **data = take(c->tensors->count * sizeof *data, 64);
	for (size_t k = 0; data && k < c->tensors->count; k++) {
		const gm_tensor *tensor = &c->tensors->row[k];
		int result = is_result(c, k, GM_ROLE_OUTPUT) || is_result(c, k, GM_ROLE_GRAD);

		data[k] = result ? take(tensor->count * gm_dtype_bytes(tensor->dtype), 64) : c->data[k];
	}
	if (pool_used > POOL_BYTES)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a case");
	GM_TRY(gm_binding_create(&c->spec, c->tensors, data, &binding, error));
	binding->fwd.scratch = scratch;
	binding->fwd.tape = tape;
	gm_status status = variant->plan_create(variant, problem, &opts, memory, &plan, error);
	if (status == GM_OK) {
		status = run_plan(variant, plan, c, data, binding, error);
		variant->plan_destroy(plan);
	}
	gm_binding_destroy(binding);
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

static int is_pack(const struct dirent *entry) { return fnmatch("*.pack", entry->d_name, 0) == 0; }

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
	pool = aligned_alloc(4096, POOL_BYTES);
	if (argc < 3)
		say("failed - - needs a folder of case packs and variants");
	else if (!pool)
		say("failed - - no memory for a case");
	else
		run_folder(argv[1], argv + 2);
	if (alone)
		reboot(RB_POWER_OFF);
	return argc < 3 ? 2 : 0;
}
