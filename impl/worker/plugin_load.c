/* SPDX-License-Identifier: MIT */
/* plugin_load.c - is this file fit to be loaded, and has what it exports the form of the ABI?  What it says of itself
 * is the host's to judge (offer.c). */
#include "serve.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What abi_minor 0 had: a struct may be longer, never shorter. */
#define PLUGIN_BYTES_0  (offsetof(gm_plugin, variant) + sizeof(void *))
#define VARIANT_BYTES_0 (offsetof(gm_variant, plan_destroy) + sizeof(void *))

#define REFUSE(...) return gm_fail(error, GM_BAD_PLUGIN, __VA_ARGS__)

/* Why a file cannot be had; root is refused what is not root's, which surprises. */
static const char *why(void)
{
	static const char given_up[] = "Permission denied, to a worker that has given up root's rights";

	return errno == EACCES && geteuid() == 0 ? given_up : strerror(errno);
}

/* Anybody may replace a file in a folder that anybody may write to, unless its sticky bit is set. */
static gm_status check_file(const char *path, gm_error *error)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	struct stat info;

	if (!slash)
		REFUSE("%s: give a path with a slash (./%s); library folders are not searched", path, path);
	if (snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path) >= (int)sizeof folder)
		REFUSE("its path is longer than %zu bytes", sizeof folder);
	if (stat(folder, &info))
		REFUSE("%s: %s", folder, why());
	if ((info.st_mode & S_IWOTH) && !(info.st_mode & S_ISVTX))
		REFUSE("anybody may write to its folder %s", folder);
	if (stat(path, &info) || access(path, R_OK))
		REFUSE("%s: %s", path, why());
	if (!S_ISREG(info.st_mode))
		REFUSE("%s is not a regular file", path);
	if (info.st_mode & S_IWOTH)
		REFUSE("%s is writable by anybody (chmod o-w)", path);
	return GM_OK;
}

static gm_status check_variant(const gm_plugin *p, size_t index, gm_error *error)
{
	const gm_variant *v = p->variant[index];
	const char *lacks;

	if (!v)
		REFUSE("variant %zu is NULL", index);
	if (v->abi_major != GM_ABI_MAJOR)
		REFUSE("variant %zu: ABI major is %u, this host speaks %u", index, (unsigned)v->abi_major, GM_ABI_MAJOR);
	if (v->struct_size < VARIANT_BYTES_0)
		REFUSE("variant %zu: struct_size is %u, must be at least %zu", index, (unsigned)v->struct_size,
		       VARIANT_BYTES_0);
	lacks = !v->supports     ? "supports"
	      : !v->sizes        ? "sizes"
	      : !v->plan_create  ? "plan_create"
	      : !v->set_weights  ? "set_weights"
	      : !v->forward      ? "forward"
	      : !v->plan_destroy ? "plan_destroy"
	                         : NULL;
	if (lacks)
		REFUSE("variant %zu (%.40s) has no %s", index, v->name ? v->name : "", lacks);
	return GM_OK;
}

static gm_status check_table(const gm_plugin *p, gm_error *error)
{
	if (!p)
		REFUSE("%s returned NULL", GM_PLUGIN_SYMBOL);
	if (p->abi_major != GM_ABI_MAJOR)
		REFUSE("ABI major is %u, this host speaks %u", (unsigned)p->abi_major, GM_ABI_MAJOR);
	if (p->struct_size < PLUGIN_BYTES_0)
		REFUSE("struct_size of the plug-in is %u, must be at least %zu", (unsigned)p->struct_size, PLUGIN_BYTES_0);
	if (!p->variant || p->variant_count == 0 || p->variant_count > WORKER_VARIANTS)
		REFUSE("it offers %zu variants, must be 1 to %d", p->variant ? p->variant_count : 0, WORKER_VARIANTS);
	for (size_t i = 0; i < p->variant_count; i++)
		GM_TRY(check_variant(p, i, error));
	return GM_OK;
}

/* ---- another architecture ---- */

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden"))); /* of this program, set by the linker */

/* The loader only says that it cannot open such a file, as if it were not there. */
static void machine_name(unsigned number, char name[24])
{
	static const struct {
		unsigned number;
		const char *name;
	} known[] = {{EM_X86_64, "x86_64"}, {EM_AARCH64, "aarch64"}, {EM_386, "i386"},   {EM_ARM, "arm"},
	             {EM_RISCV, "riscv"},   {EM_PPC64, "ppc64"},     {EM_S390, "s390x"}, {EM_MIPS, "mips"}};

	snprintf(name, 24, "machine %u", number);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].number == number)
			snprintf(name, 24, "%s", known[i].name);
}

/* GM_BAD_PLUGIN if the file is an ELF object for another machine than this program. */
static gm_status check_machine(const char *path, gm_error *error)
{
	unsigned char head[20] = {0};
	char theirs[24], ours[24];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof head);

	if (fd >= 0)
		close(fd);
	if (got != sizeof head || memcmp(head, ELFMAG, SELFMAG))
		return GM_OK;
	int big = head[EI_DATA] == ELFDATA2MSB;
	unsigned machine = head[18 + big] | (unsigned)head[19 - big] << 8;
	if (machine == __ehdr_start.e_machine)
		return GM_OK;
	machine_name(machine, theirs);
	machine_name(__ehdr_start.e_machine, ours);
	REFUSE("%s is built for %s, and this program for %s", path, theirs, ours);
}

gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error)
{
	GM_TRY(check_file(path, error));
	GM_TRY(check_machine(path, error));
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		REFUSE("%s", dlerror());
	void *symbol = dlsym(library, GM_PLUGIN_SYMBOL);
	if (!symbol)
		REFUSE("%s exports no %s", path, GM_PLUGIN_SYMBOL);
	gm_plugin_entry *entry;
	memcpy(&entry, &symbol, sizeof entry);
	const gm_plugin *table = entry();
	GM_TRY(check_table(table, error));
	*plugin = table;
	return GM_OK;
}
