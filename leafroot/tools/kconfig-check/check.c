// SPDX-License-Identifier: Apache-2.0
/*
 * Says which options that were asked for did not hold, and why; and which became modules, which nothing builds.
 *
 * usage: kconfig-check ERRORS CONFIG KCONFIG ASKED...
 *
 * CONFIG is the resolved .config, KCONFIG the top Kconfig file. ASKED has lines as Kconfig itself writes them; a line
 * "# at PLACE" says where those that follow come from (leafroot/plan/recipes/kbuild.py writes it). It is linked with the
 * parser of the tree that it checks (the kernel's, or busybox's older one), since only that one reads the tree's
 * language exactly. The findings are written to ERRORS; the exit status is 1 if there are any.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lkc.h"

struct option {
	char *name;
	char *value;
};

struct options {
	struct option *at;
	size_t count;
};

/* A line of a file, of any length. */
struct reader {
	FILE *in;
	char *line;
	size_t room;
	int number;
};

static struct options final;
static const char *config_file, *kconfig_file;
static FILE *errors;
static int misses;

static void die(const char *what, const char *path)
{
	fprintf(stderr, "kconfig-check: %s %s\n", what, path);
	exit(2);
}

static void open_file(struct reader *reader, const char *path)
{
	*reader = (struct reader){ .in = fopen(path, "r") };
	if (!reader->in)
		die("cannot read", path);
}

/* Read the next line, without its end; false, and everything is closed, if there is none. */
static bool next_line(struct reader *reader)
{
	if (getline(&reader->line, &reader->room, reader->in) < 0) {
		free(reader->line);
		fclose(reader->in);
		return false;
	}
	reader->line[strcspn(reader->line, "\n")] = '\0';
	reader->number++;
	return true;
}

/* Take a line apart, in place; false if it sets nothing. */
static bool parse_line(char *line, struct option *option)
{
	static const char unset[] = " is not set";
	char *end;

	if (!strncmp(line, "# CONFIG_", 9) && (end = strstr(line, unset)) && !end[sizeof(unset) - 1]) {
		*end = '\0';
		*option = (struct option){ line + 9, "n" };
		return true;
	}
	if (strncmp(line, "CONFIG_", 7) || !(end = strchr(line, '=')))
		return false;
	*end = '\0';
	*option = (struct option){ line + 7, end + 1 };
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct option *)a)->name, ((const struct option *)b)->name);
}

static void read_options(struct options *options, const char *path)
{
	struct reader reader;
	struct option option;

	open_file(&reader, path);
	while (next_line(&reader)) {
		if (!parse_line(reader.line, &option))
			continue;
		if (!(options->count % 1024))
			options->at = realloc(options->at, (options->count + 1024) * sizeof(option));
		if (!options->at)
			die("out of memory at", path);
		options->at[options->count++] = (struct option){ strdup(option.name), strdup(option.value) };
	}
	qsort(options->at, options->count, sizeof(option), by_name);
}

static const char *final_value(const char *name)
{
	struct option key = { (char *)name, NULL }, *found = NULL;

	if (final.count)
		found = bsearch(&key, final.at, final.count, sizeof(key), by_name);
	return found ? found->value : "n";
}

#ifdef OLD_KCONFIG
static void print_part(void *data, const char *text)
#else
static void print_part(void *data, struct symbol *symbol, const char *text)
#endif
{
	struct symbol *known = sym_find(text);

	(void)data;
#ifndef OLD_KCONFIG
	(void)symbol;
#endif
	fputs(text, errors);
	/* Constants ("y", "m") are found as symbols too; what people want to see is the value of options. */
	if (known && known->name && strlen(text) > 1)
		fprintf(errors, " (=%s)", final_value(text));
}

static void explain(const char *name)
{
	static bool parsed;
	struct symbol *symbol;
	bool prompted = false;

	/* The tree's Kconfig takes seconds to read, and only who has to explain something needs it. */
	if (!parsed) {
		conf_parse(kconfig_file);
		conf_read(config_file);
		parsed = true;
	}
	symbol = sym_find(name);
	if (!symbol || symbol->type == S_UNKNOWN) {
		fprintf(errors, "  There is no such option in this version.\n");
		return;
	}
	sym_calc_value(symbol);
	for (struct property *p = symbol->prop; p; p = p->next) {
		if (p->type != P_PROMPT)
			continue;
		prompted = true;
		if (!p->visible.expr)
			continue;
		fprintf(errors, "  It depends on ");
		expr_print(p->visible.expr, print_part, NULL, 0);
		fprintf(errors, "\n");
	}
	if (!prompted)
		fprintf(errors, "  It has no prompt: it cannot be set, only selected by other options.\n");
	if (symbol->rev_dep.expr && symbol->rev_dep.tri != no) {
		fprintf(errors, "  It is selected by ");
		expr_print(symbol->rev_dep.expr, print_part, NULL, 0);
		fprintf(errors, "\n");
	}
}

static void check_asked(const char *path)
{
	static const char at[] = "# at ";
	struct reader reader;
	struct option option;
	char *place = NULL;

	open_file(&reader, path);
	while (next_line(&reader)) {
		const char *value;

		if (!strncmp(reader.line, at, strlen(at))) {
			free(place);
			place = strdup(reader.line + strlen(at));
		}
		if (!parse_line(reader.line, &option))
			continue;
		value = final_value(option.name);
		if (!strcmp(value, option.value))
			continue;
		misses++;
		if (place)
			fprintf(errors, "%s", place);
		else
			fprintf(errors, "%s:%d", path, reader.number);
		fprintf(errors, ": CONFIG_%s=%s was asked for, but it is %s.\n", option.name, option.value, value);
		explain(option.name);
	}
	free(place);
}

/* What the base configuration, or a default, makes a module would be in no image. */
static void check_modules(void)
{
	static const int shown = 5;
	int count = 0;

	for (size_t i = 0; i < final.count; i++) {
		if (strcmp(final.at[i].value, "m"))
			continue;
		if (++count <= shown)
			fprintf(errors, "CONFIG_%s=m: it would be a module, and Leafroot does not build modules.\n",
				final.at[i].name);
	}
	if (count > shown)
		fprintf(errors, "And %d more.\n", count - shown);
	if (count)
		fprintf(errors, "  Add the line '# CONFIG_MODULES is not set' to a fragment: they are then built into the kernel.\n");
	misses += count;
}

int main(int argc, char **argv)
{
	if (argc < 5)
		die("usage:", "kconfig-check ERRORS CONFIG KCONFIG ASKED...");
	if (!(errors = fopen(argv[1], "w")))
		die("cannot write", argv[1]);
	config_file = argv[2];
	kconfig_file = argv[3];
	read_options(&final, config_file);
	for (int i = 4; i < argc; i++)
		check_asked(argv[i]);
	check_modules();
	fclose(errors);
	if (!misses)
		remove(argv[1]);
	return misses ? 1 : 0;
}
