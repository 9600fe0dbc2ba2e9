/* SPDX-License-Identifier: MIT */
/* choose_text.h - the choice for people. */
#ifndef TOOLS_CHOOSE_TEXT_H
#define TOOLS_CHOOSE_TEXT_H

#include "choose/choose.h"

/* The table, 80 columns wide, and the line that counts the chosen. */
void choose_print(FILE *stream, const choice_document *choice);

#endif
