/* SPDX-License-Identifier: MIT */
/* emulation.h - does this process run in a user-mode emulator?  Its times would be the emulator's.
 *
 * An emulator gives the program the file that it emulates as /proc/self/exe, but what the system really runs shows by
 * another way to the same link, /proc/self/task/TID/exe, which emulators let through: another file, or a program for
 * another architecture.  (qemu-user 7.2 also shows the host's /proc/cpuinfo; newer ones make one up.)
 * A whole machine that is emulated (qemu-system) does not show here. */
#ifndef WORKER_EMULATION_H
#define WORKER_EMULATION_H

#include <stddef.h>

enum { EMULATION_TEXT = 320 };

/* 1: an emulator; text says which and how that shows ("qemu-user detected (this process really runs
 * /usr/bin/qemu-aarch64)").  0: none seen, or /proc cannot be read; text is "". */
int emulation_detect(char text[EMULATION_TEXT]);
/* The same judgement on given links: what the process is told that it runs, what it really runs; "" = unknown.
 * machine and ours: e_machine of the real file (0 = unknown) and of this program. */
int emulation_judge(const char *told, const char *real, unsigned machine, unsigned ours, char text[EMULATION_TEXT]);

#endif
