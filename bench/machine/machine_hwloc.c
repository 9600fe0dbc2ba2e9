/* SPDX-License-Identifier: MIT */
/* machine_hwloc.c - caches and cores by hwloc; caches by sysconf where hwloc says nothing. */
#include "machine_topology.h"

#include <hwloc.h>
#include <stdlib.h>
#include <unistd.h>

static size_t cache_of(hwloc_topology_t topology, hwloc_obj_type_t type, int name)
{
	const hwloc_obj_t object = topology ? hwloc_get_obj_by_type(topology, type, 0) : NULL;
	if (object && object->attr->cache.size > 0)
		return (size_t)object->attr->cache.size;
	const long bytes = sysconf(name);
	return bytes > 0 ? (size_t)bytes : MACHINE_UNKNOWN;
}

void machine_topology(machine_profile *m)
{
	hwloc_topology_t topology = NULL;

	setenv("HWLOC_HIDE_ERRORS", "2", 0); // it would print where /sys is missing
	if (hwloc_topology_init(&topology) == 0 && hwloc_topology_load(topology) != 0) {
		hwloc_topology_destroy(topology);
		topology = NULL;
	}
	m->l1d_bytes = cache_of(topology, HWLOC_OBJ_L1CACHE, _SC_LEVEL1_DCACHE_SIZE);
	m->l2_bytes = cache_of(topology, HWLOC_OBJ_L2CACHE, _SC_LEVEL2_CACHE_SIZE);
	m->l3_bytes = cache_of(topology, HWLOC_OBJ_L3CACHE, _SC_LEVEL3_CACHE_SIZE);
	const hwloc_obj_t core = topology ? hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, 0) : NULL;
	m->threads_per_core = core && core->arity > 0 ? (int)core->arity : -1;
	if (topology)
		hwloc_topology_destroy(topology);
}
