/* SPDX-License-Identifier: MIT */
/* cgroup.h - what the control group of this process, and those around it, let it have: the tightest of them counts.
 * Versions 1 and 2, by /proc/self/cgroup and mountinfo.  root: of a copy of the system's files, "" = the real
 * ones. */
#ifndef GM_BASE_CGROUP_H
#define GM_BASE_CGROUP_H

double cgroup_cpus(const char *root);      /* quota in CPUs; 0 = none, -1 = cannot be read */
double cgroup_memory(const char *root);    /* limit in bytes; 0 = none, -1 = cannot be read */
double cgroup_oom_kills(const char *root); /* processes of this group, or of the machine, that the system ended for want
                                              of memory; -1 = cannot be read */
/* What a process may have: of the machine's memory and the group's limit the smaller; bytes. */
double memory_limit(void);

#endif
