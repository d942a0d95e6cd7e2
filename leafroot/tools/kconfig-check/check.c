// SPDX-License-Identifier: Apache-2.0
/*
 * Says which options that configuration fragments asked for did not hold, and why.
 *
 * usage: kconfig-check ERRORS CONFIG KCONFIG FRAGMENT...
 *
 * CONFIG is the resolved .config, KCONFIG the top Kconfig file, a FRAGMENT a file of CONFIG_X=value lines. It is linked
 * with the parser of the tree that it checks (the kernel's, or busybox's older one), since only that one reads the
 * tree's language exactly. The findings are written to ERRORS; the exit status is 1 if there are any.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lkc.h"

struct option {
	char name[128];
	char value[1024];
	const char *file;
	int line;
};

struct options {
	struct option *at;
	size_t count;
};

static struct options final, asked_last;
static const char *config_file, *kconfig_file;
static FILE *errors;
static int misses;

static void die(const char *what, const char *path)
{
	fprintf(stderr, "kconfig-check: %s %s\n", what, path);
	exit(2);
}

/* Read one line of a .config or fragment; false if it sets nothing. */
static bool parse_line(char *line, struct option *option)
{
	static const char unset[] = " is not set";
	char *end;

	line[strcspn(line, "\r\n")] = '\0';
	if (!strncmp(line, "# CONFIG_", 9) && (end = strstr(line, unset)) && !end[sizeof(unset) - 1]) {
		*end = '\0';
		snprintf(option->name, sizeof(option->name), "%s", line + 9);
		strcpy(option->value, "n");
		return true;
	}
	if (strncmp(line, "CONFIG_", 7) || !(end = strchr(line, '=')))
		return false;
	*end = '\0';
	snprintf(option->name, sizeof(option->name), "%s", line + 7);
	snprintf(option->value, sizeof(option->value), "%s", end + 1);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct option *)a)->name, ((const struct option *)b)->name);
}

static struct option *find(const struct options *options, const char *name)
{
	struct option key;

	snprintf(key.name, sizeof(key.name), "%s", name);
	return options->count ? bsearch(&key, options->at, options->count, sizeof(key), by_name) : NULL;
}

/* Add what a file says, keeping of each option the last line in the last file. */
static void read_options(struct options *options, const char *path)
{
	struct option option = { .file = path };
	struct option *known;
	size_t sorted = options->count;
	char line[2048];
	FILE *in = fopen(path, "r");

	if (!in)
		die("cannot read", path);
	while (fgets(line, sizeof(line), in)) {
		struct options before = { options->at, sorted };

		if (!parse_line(line, &option))
			continue;
		if ((known = find(&before, option.name))) {
			*known = option;
			continue;
		}
		if (!(options->count % 1024))
			options->at = realloc(options->at, (options->count + 1024) * sizeof(option));
		if (!options->at)
			die("out of memory at", path);
		options->at[options->count++] = option;
	}
	fclose(in);
	qsort(options->at, options->count, sizeof(option), by_name);
}

static const char *final_value(const char *name)
{
	struct option *found = find(&final, name);

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

static void check_fragment(const char *path, const char *shown, bool numbered)
{
	struct option option = { .file = shown };
	char line[2048];
	FILE *in = fopen(path, "r");

	if (!in)
		die("cannot read", path);
	while (fgets(line, sizeof(line), in)) {
		const struct option *later;
		const char *value;

		option.line++;
		if (!parse_line(line, &option))
			continue;
		/* A later fragment may change what an earlier one said; what units ask for always counts. */
		later = numbered ? find(&asked_last, option.name) : NULL;
		if (later && strcmp(later->file, path))
			continue;
		value = final_value(option.name);
		if (!strcmp(value, option.value))
			continue;
		misses++;
		fprintf(errors, "%s", shown);
		if (numbered)
			fprintf(errors, ":%d", option.line);
		fprintf(errors, ": CONFIG_%s=%s was asked for, but it is %s.\n", option.name, option.value, value);
		explain(option.name);
	}
	fclose(in);
}

int main(int argc, char **argv)
{
	/* What stands in a file of the tree, and what a unit's value asks for: the latter has no line to show. */
	static const char fragments[] = "/fragments/", asked[] = "/asked/";

	if (argc < 5)
		die("usage:", "kconfig-check ERRORS CONFIG KCONFIG FRAGMENT...");
	if (!(errors = fopen(argv[1], "w")))
		die("cannot write", argv[1]);
	config_file = argv[2];
	kconfig_file = argv[3];
	read_options(&final, config_file);
	for (int i = 4; i < argc; i++)
		if (strncmp(argv[i], asked, strlen(asked)))
			read_options(&asked_last, argv[i]);
	for (int i = 4; i < argc; i++) {
		bool numbered = strncmp(argv[i], asked, strlen(asked));
		const char *folder = numbered ? fragments : asked;
		bool inside = !strncmp(argv[i], folder, strlen(folder));

		check_fragment(argv[i], inside ? argv[i] + strlen(folder) : argv[i], numbered);
	}
	fclose(errors);
	if (!misses)
		remove(argv[1]);
	return misses ? 1 : 0;
}
