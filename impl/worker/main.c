/* SPDX-License-Identifier: MIT */
/* main.c - program gatemark-worker. */
#include "serve.h"

int main(int argc, char **argv) { return worker_main(argc, argv); }
