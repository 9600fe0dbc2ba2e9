/* SPDX-License-Identifier: MIT */
/* serve.c - the table of messages, and those that need no plan: greeting, plug-in, list. */
#include "serve.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void server_init(server *s, control *page_of_control)
{
	*s = (server){.observable = calling_observable(),
	              .sandbox = "none (no process of its own)",
	              .control = page_of_control,
	              .variants = gm_variant_count(),
	              .arena = {.page = protocol_hello().page_bytes}};
}

void server_end(server *s) { (void)serve_unplan(s, NULL, NULL); }

gm_status server_called(server *s, gm_status status, gm_error *error)
{
	const char *who = phase_name(s->control->phase);

	if (status < GM_OK || status > GM_IO) /* GM_CRASHED and GM_MISMATCH are the host's to say */
		return gm_fail(error, GM_MISMATCH, "%s returned status %d, which a variant may not", who, (int)status);
	if (status == GM_OK && error)
		error->message[0] = 0; /* what it wrote there is no reason of what comes later */
	if (status == GM_OK)
		return environment_check_fp(&s->environment, who, error);
	fesetenv(&s->environment.fenv);
	if (error && !error->message[0])
		gm_fail(error, status, "%s: %s, no reason given", who, gm_status_name(status));
	return status;
}

static gm_status serve_hello(server *s, message *m, gm_error *error)
{
	const wire_hello *host = &m->hello;

	if (host->protocol != PROTOCOL_VERSION || host->abi_major != GM_ABI_MAJOR)
		return gm_fail(error, GM_BAD_ARGUMENT, "the host speaks protocol %u, ABI %u; this worker %u, %u",
		               (unsigned)host->protocol, (unsigned)host->abi_major, PROTOCOL_VERSION, GM_ABI_MAJOR);
	m->hello = protocol_hello();
	memcpy(m->hello.sandbox, s->sandbox, sizeof s->sandbox);
	return GM_OK;
}

static gm_status serve_load(server *s, message *m, gm_error *error)
{
	const gm_plugin *plugin;

	if (s->foreign || s->variant)
		return gm_fail(error, GM_BAD_ARGUMENT, "a plug-in is loaded once, before anything is planned");
	server_phase(s, PHASE_LOAD);
	GM_TRY(plugin_load(m->text, &plugin, error));
	if (environment_check(&s->environment, "loading the plug-in", error) != GM_OK) {
		if (error)
			error->status = GM_BAD_PLUGIN;
		return GM_BAD_PLUGIN;
	}
	s->foreign = plugin->variant;
	s->variants = plugin->variant_count;
	return GM_OK;
}

static void copy_text(char *to, size_t capacity, const char *from) { snprintf(to, capacity, "%s", from ? from : ""); }

void worker_variant_of(const gm_variant *v, worker_variant *to)
{
	memset(to, 0, sizeof *to);
	copy_text(to->name, sizeof to->name, v->name);
	copy_text(to->isa, sizeof to->isa, v->traits.isa);
	copy_text(to->strategy, sizeof to->strategy, v->traits.strategy);
	copy_text(to->activation, sizeof to->activation, v->traits.activation);
	copy_text(to->weights, sizeof to->weights, v->traits.weights);
	to->needs = v->needs;
	to->accuracy_class = v->traits.accuracy_class;
	to->rounding = v->traits.rounding;
	to->has_backward = v->backward != NULL;
}

static gm_status serve_list(server *s, message *m, gm_error *error)
{
	_Static_assert(WORKER_VARIANTS <= sizeof m->variant / sizeof *m->variant, "they fit into a message");
	(void)error;
	for (size_t i = 0; i < s->variants; i++)
		worker_variant_of(server_variant(s, i), &m->variant[i]);
	return GM_OK;
}

static const struct {
	serve_handler *handler;
	size_t least, answer; /* bytes of payload: of a question at least, of a good answer */
} table[MESSAGE_KINDS] = {
	[MESSAGE_HELLO] = {serve_hello, sizeof(wire_hello), sizeof(wire_hello)},
	[MESSAGE_LOAD] = {serve_load, 1, 0},
	[MESSAGE_LIST] = {serve_list, 0, sizeof(worker_variant)}, /* a variant */
	[MESSAGE_PLAN] = {serve_plan, sizeof(wire_plan), sizeof(wire_planned)},
	[MESSAGE_ARENA] = {serve_arena, sizeof(wire_arena), sizeof((worker_info *)0)->engine},
	[MESSAGE_RUN] = {serve_run, sizeof(wire_run), 0},
	[MESSAGE_TIME] = {serve_time, sizeof(wire_time), 0},
	[MESSAGE_UNPLAN] = {serve_unplan, 0, 0},
	[MESSAGE_STOP] = {serve_unplan, 0, 0},
};

static gm_status dispatch(server *s, message *m, gm_error *error)
{
	uint32_t kind = m->head.kind;

	if (kind >= MESSAGE_KINDS || !table[kind].handler)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no message of kind %u", (unsigned)kind);
	if (m->head.bytes < table[kind].least)
		return gm_fail(error, GM_BAD_ARGUMENT, "a message of kind %u has %llu bytes, must have %zu at least",
		               (unsigned)kind, (unsigned long long)m->head.bytes, table[kind].least);
	GM_TRY(table[kind].handler(s, m, error));
	m->head.bytes = table[kind].answer * (kind == MESSAGE_LIST ? s->variants : 1);
	return GM_OK;
}

int server_answer(server *s, message *m)
{
	gm_error error = {0};

	server_phase(s, PHASE_PROTOCOL);
	environment_take(&s->environment);
	m->head.status = dispatch(s, m, &error);
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	if (m->head.status != GM_OK)
		m->head.bytes = (uint64_t)snprintf(m->text, sizeof m->text, "%.*s", (int)sizeof error.message, error.message) +
		                1;
	return m->head.kind != MESSAGE_STOP;
}
