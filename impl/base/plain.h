/* SPDX-License-Identifier: MIT */
/* plain.h - text of a stranger that is going to a terminal: it must not move the cursor, change colours or answer. */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

/* Control characters but tab and newline become '?', also those that UTF-8 writes as two bytes.  Returns text. */
static inline char *plain(char *text)
{
	for (char *c = text; *c; c++) {
		const unsigned char first = (unsigned char)c[0], second = (unsigned char)c[1];

		if (first == 0xc2 && second >= 0x80 && second < 0xa0)
			c[0] = c[1] = '?';
		else if (first == 0x7f || (first < ' ' && first != '\t' && first != '\n'))
			c[0] = '?';
	}
	return text;
}

/* The same for what has to stay in its line. */
static inline char *plain_line(char *text)
{
	for (char *c = plain(text); *c; c++)
		if (*c == '\t' || *c == '\n')
			*c = ' ';
	return text;
}

#endif
