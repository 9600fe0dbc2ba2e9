/* SPDX-License-Identifier: MIT */
/* plural.h - "1 case, 2 cases": the one or the many of a word that stands behind a count. */
#ifndef GM_BASE_PLURAL_H
#define GM_BASE_PLURAL_H

/* plural(n, "", "s"), plural(n, "process", "processes"). */
static inline const char *plural(double count, const char *one, const char *many) { return count == 1 ? one : many; }

#endif
