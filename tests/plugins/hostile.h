/* SPDX-License-Identifier: MIT */
/* hostile.h - what the plug-in "hostile" does beside its work: deeds, a function each.  hostile_attacks.c: on who
 * judges; hostile_breaches.c: of what a call must leave alone, and what looks like one and is allowed. */
#ifndef TESTS_PLUGINS_HOSTILE_H
#define TESTS_PLUGINS_HOSTILE_H

#include <stdlib.h>

/* X(name, what it does) */
#define DEEDS(X)                              \
	X("honest", nothing)                      \
	X("kill-judge", kill_judge)               \
	X("stop-judge", stop_judge)               \
	X("seize-judge", seize_judge)             \
	X("limit-judge", limit_judge)             \
	X("read-judge", read_judge)               \
	X("open-judge", open_judge)               \
	X("own-pipe", own_pipe)                   \
	X("write-file", write_file)               \
	X("open-socket", open_socket)             \
	X("leave-child", leave_child)             \
	X("leave-daemon", leave_daemon)           \
	X("leave-40", leave_40)                   \
	X("daemon-and-die", daemon_and_die)       \
	X("child-ended", child_ended)             \
	X("clobber-r14", clobber_r14)             \
	X("clobber-x27", clobber_x27)             \
	X("clobber-d15", clobber_d15)             \
	X("set-direction", set_direction)         \
	X("change-x87", change_x87)               \
	X("fill-x87", fill_x87)                   \
	X("dirty-uppers", dirty_uppers)           \
	X("change-folder", change_folder)         \
	X("change-variables", change_variables)   \
	X("change-umask", change_umask)           \
	X("change-locale", change_locale)         \
	X("change-priority", change_priority)     \
	X("change-cpus", change_cpus)             \
	X("leave-open", leave_open)               \
	X("open-arena", open_arena)               \
	X("spin-on", spin_on)                     \
	X("honest-pool", pool)                    \
	X("honest-joined", joined)                \
	X("flood", flood)                         \
	X("honest-print-much", print_much)        \
	X("change-when-timed", change_when_timed) \
	X("hop", hop)                             \
	X("honest-openmp", openmp)                \
	X("own-pipe-wide", own_pipe_wide)         \
	X("type-in", type_in)                     \
	X("wake-later", wake_later)               \
	X("honest-read-file", read_file)

#define DECLARE(name, deed) void deed(void);
DEEDS(DECLARE)
#undef DECLARE

/* What must not succeed. */
static inline void never(int succeeded)
{
	if (succeeded)
		abort();
}

#endif
