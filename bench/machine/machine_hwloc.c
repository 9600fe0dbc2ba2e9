/* SPDX-License-Identifier: MIT */
/* machine_hwloc.c - what hwloc says of the first core and its caches. */
#include "machine_hwloc.h"

#include <hwloc.h>
#include <stdlib.h>

void machine_hwloc(machine_profile *m)
{
	const struct {
		hwloc_obj_type_t type;
		size_t *bytes;
	} cache[] = {
		{HWLOC_OBJ_L1CACHE, &m->l1d_bytes}, {HWLOC_OBJ_L2CACHE, &m->l2_bytes}, {HWLOC_OBJ_L3CACHE, &m->l3_bytes}};
	hwloc_topology_t topology;

	setenv("HWLOC_HIDE_ERRORS", "2", 0); // it would print where /sys is missing
	if (hwloc_topology_init(&topology) != 0)
		return;
	if (hwloc_topology_load(topology) == 0) {
		for (size_t i = 0; i < 3; i++) {
			const hwloc_obj_t object = hwloc_get_obj_by_type(topology, cache[i].type, 0);
			if (object && object->attr->cache.size > 0)
				*cache[i].bytes = (size_t)object->attr->cache.size;
		}
		const hwloc_obj_t core = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, 0);
		if (core && core->arity > 0)
			m->threads_per_core = (int)core->arity;
	}
	hwloc_topology_destroy(topology);
}
