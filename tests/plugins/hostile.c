/* SPDX-License-Identifier: MIT */
/* hostile.c - one of our own variants a row, whose forward does something beside its work: an attack on who judges it,
 * a breach of what a call must leave alone, or (honest-*) what looks like one and is allowed.  Its numbers are right.
 * HOSTILE_LOAD=NAME and HOSTILE_DESTROY=NAME in the environment have the same done while the plug-in is loaded, and by
 * plan_destroy. */
#include "hostile.h"

#include "gatemark/variant.h"

#include <string.h>

static const gm_variant *own; /* does the work */

#define FORWARD(name, deed)                                                                   \
	static gm_status forward_##deed(gm_plan *plan, const gm_forward_args *f, gm_error *error) \
	{                                                                                         \
		static volatile gm_status status; /* in no register */                                \
		status = own->forward(plan, f, error);                                                \
		deed();                                                                               \
		return status;                                                                        \
	}
DEEDS(FORWARD)

#define ROW(name, deed) {name, deed, forward_##deed},
static const struct row {
	const char *name;
	void (*deed)(void);
	gm_status (*forward)(gm_plan *, const gm_forward_args *, gm_error *);
} row[] = {DEEDS(ROW)};

enum { ROWS = sizeof row / sizeof *row };

static void do_named(const char *variable)
{
	const char *name = getenv(variable);

	for (size_t i = 0; name && i < ROWS; i++)
		if (strcmp(row[i].name, name) == 0)
			row[i].deed();
}

__attribute__((constructor)) static void loaded(void) { do_named("HOSTILE_LOAD"); }

static void plan_destroy(gm_plan *plan)
{
	own->plan_destroy(plan);
	do_named("HOSTILE_DESTROY");
}

static void find_own(void)
{
	for (size_t i = 0; i < gm_variant_count(); i++)
		if (gm_variant_at(i)->traits.rounding == GM_CANONICAL && gm_variant_runnable(gm_variant_at(i), NULL) == GM_OK)
			own = gm_variant_at(i);
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant[ROWS];
	static const gm_variant *list[ROWS];
	static const gm_plugin plugin = {.struct_size = sizeof plugin,
	                                 .abi_major = GM_ABI_MAJOR,
	                                 .abi_minor = GM_ABI_MINOR,
	                                 .name = "hostile",
	                                 .version = "1",
	                                 .licence = "MIT",
	                                 .variant_count = ROWS,
	                                 .variant = list};

	find_own();
	for (size_t i = 0; i < ROWS; i++) {
		variant[i] = *own;
		variant[i].name = row[i].name;
		variant[i].traits.rounding = GM_FREE;
		variant[i].forward = row[i].forward;
		variant[i].plan_destroy = plan_destroy;
		list[i] = &variant[i];
	}
	return &plugin;
}
