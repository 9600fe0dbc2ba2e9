/* SPDX-License-Identifier: MIT */
/* emulation.c - what runs this process: two ways to one link, and the head of the file it leads to. */
#include "emulation.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The head of the running program as it lies in memory, by the linker. */
extern const Elf64_Ehdr program_head __asm__("__ehdr_start") __attribute__((visibility("hidden")));

int emulation_judge(const char *told, const char *real, unsigned machine, unsigned ours, char text[EMULATION_TEXT])
{
	const char *slash = strrchr(real, '/'), *name = slash ? slash + 1 : real;
	int other_file = told[0] && real[0] && strcmp(told, real) != 0;
	int other_machine = machine && ours && machine != ours;

	text[0] = '\0';
	if (!other_file && !other_machine)
		return 0;
	snprintf(text, EMULATION_TEXT, "%s detected (this process really runs %.200s%s)",
	         strncmp(name, "qemu-", 5) == 0 ? "qemu-user" : "an emulator", real[0] ? real : "an unknown file",
	         other_machine ? ", a program of another architecture" : "");
	return 1;
}

static void read_link(const char *path, char *target, size_t size)
{
	ssize_t length = readlink(path, target, size - 1);

	target[length > 0 ? length : 0] = '\0';
}

/* e_machine of an ELF file in our byte order; 0 = cannot be read. */
static unsigned machine_of(const char *path)
{
	Elf64_Ehdr head;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, &head, sizeof head) : -1;

	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return 0;
	return head.e_machine; /* at the same place in ELF32 */
}

int emulation_detect(char text[EMULATION_TEXT])
{
	char path[64], told[4096], real[4096];

	snprintf(path, sizeof path, "/proc/self/task/%ld/exe", (long)syscall(SYS_gettid));
	read_link("/proc/self/exe", told, sizeof told);
	read_link(path, real, sizeof real);
	return emulation_judge(told, real, machine_of(path), program_head.e_machine, text);
}
