/* SPDX-License-Identifier: MIT */
/* gbench_shim.cc - the only C++ of the project: Google Benchmark 1.7 or later behind gbench_shim.h.
 *
 * In: blocks of samples.  Out: the manual times that Google Benchmark reports, sample by sample.  A sample is a
 * repetition of its own, since of several iterations Google Benchmark tells only the sum, and percentiles need the
 * samples.  A repetition costs this process 4 us, never while a worker is timed (bench/README.md).  Its file and its
 * display get one row a block, the median of its repetitions, under the bare name: counts in names, as Google Benchmark
 * puts them there, would keep its compare.py from matching two files.
 *
 * It exits on some malformed flags (so only known forms reach it), keeps flags from one Initialize to the next (so
 * defaults are given each time), and opens the file of --benchmark_out anew for each run (so that is done here). */
#include "gbench_shim.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using benchmark::BenchmarkReporter;

/* A block while it runs: measured at its first repetition, then handed to Google Benchmark sample by sample. */
struct Running {
	const gbench_block *block;
	size_t next;
	int failed;
	char message[128];
};

/* Is also the reporter: hands repetitions to the client, rows to the sinks. */
struct gbench : BenchmarkReporter {
	std::string path; // of --benchmark_out, or empty
	std::ofstream file;
	benchmark::JSONReporter json;
	std::vector<BenchmarkReporter *> sinks;
	std::ostringstream said; // by Google Benchmark
	std::vector<Running> running;
	gbench_client client = {};

	gbench()
	{
		SetOutputStream(&said);
		SetErrorStream(&said);
	}

	bool ReportContext(const Context &) override { return true; }

	/* Comes twice for a block: with its repetitions, then, if there are several, with their mean, median and so on. */
	void ReportRuns(const std::vector<Run> &runs) override
	{
		const Running &of = running.at(std::stoul(runs.at(0).report_label));
		if (runs[0].run_type == Run::RT_Iteration) {
			const bool all = runs.size() == of.block->samples;
			for (size_t k = 0; all && k < runs.size(); k++)
				of.block->seconds[k] = runs[k].real_accumulated_time;
			const char *failure = all ? nullptr : "not each sample was run once";
			client.report(client.context, of.block, of.failed ? of.message : failure);
		}
		for (const Run &run : runs)
			if (!of.failed && (of.block->samples == 1 || run.aggregate_name == "median"))
				Show(*of.block, run);
	}

	void Show(const gbench_block &block, Run row) const
	{
		row.run_name = benchmark::BenchmarkName();
		row.run_name.function_name = block.name;
		row.run_type = Run::RT_Iteration;
		row.aggregate_name.clear();
		row.report_label.clear();
		row.repetition_index = int64_t(block.repetition);
		row.repetitions = int64_t(block.repetitions);
		for (BenchmarkReporter *sink : sinks)
			sink->ReportRuns({row});
	}
};

template <class F> static gm_status Guarded(gm_error *error, F body)
{
	try {
		return body();
	} catch (const std::exception &e) {
		return gm_fail(error, GM_NO_MEMORY, "Google Benchmark: %s", e.what());
	}
}

static gm_status OpenSinks(gbench *bench, bool display, gm_error *error)
{
	BenchmarkReporter::Context context;
	context.name_field_width = 50; // no block is known yet
	if (display)                   // a pointer that is never freed, a unique_ptr in newer versions
		bench->sinks.push_back(std::unique_ptr<BenchmarkReporter>(benchmark::CreateDefaultDisplayReporter()).release());
	if (!bench->path.empty()) {
		bench->file.open(bench->path + ".part", std::ios::trunc);
		if (!bench->file)
			return gm_fail(error, GM_IO, "--benchmark_out: %s.part cannot be written", bench->path.c_str());
		bench->json.SetOutputStream(&bench->file);
		bench->sinks.push_back(&bench->json);
	}
	for (BenchmarkReporter *sink : bench->sinks)
		sink->ReportContext(context);
	return GM_OK;
}

static gm_status Configure(gbench *bench, char *const *flags, size_t count, gm_error *error)
{
	static char program[] = "gatemark"; // Google Benchmark keeps this pointer
	static const std::regex passes("--benchmark_(filter=.+|context=[^=]+=.+|format=(console|json|csv)|color=.+|"
	                               "time_unit=(ns|us|ms|s)|counters_tabular.*|enable_random_interleaving.*)");
	static const std::regex idle("--benchmark_(out_format=json|(min_time|min_warmup_time|repetitions)=[0-9.]+s?|"
	                             "(report|display)_aggregates_only.*)"); // samples and rows are not its to choose
	std::vector<std::string> kept = {"--benchmark_filter=.", "--benchmark_format=console",
	                                 "--benchmark_out=", "--benchmark_enable_random_interleaving=false"};
	bool display = false;
	for (const std::string &flag : std::vector<std::string>(flags, flags + count)) {
		display |= flag.rfind("--benchmark_format=", 0) == 0;
		if (flag.rfind("--benchmark_out=", 0) == 0)
			bench->path = flag.substr(flag.find('=') + 1);
		else if (std::regex_match(flag, passes))
			kept.push_back(flag);
		else if (!std::regex_match(flag, idle))
			return gm_fail(error, GM_BAD_ARGUMENT, "%s: no flag of Google Benchmark, or not one that fits here",
			               flag.c_str());
	}
	std::vector<char *> argv = {program};
	for (std::string &flag : kept)
		argv.push_back(&flag[0]);
	int argc = int(argv.size());
	benchmark::Initialize(&argc, argv.data());
	return OpenSinks(bench, display, error);
}

static void Register(gbench *bench, const gbench_block *block)
{
	const size_t i = bench->running.size();
	bench->running.push_back({block, 0, 0, ""});
	const auto repetition = [bench, block, i](benchmark::State &state) {
		Running &now = bench->running[i];
		state.SetLabel(std::to_string(i)); // tells ReportRuns which block it is
		if (now.next == 0 && !now.failed)
			now.failed = bench->client.measure(bench->client.context, block, now.message);
		if (now.failed || now.next == block->samples)
			state.SkipWithError(now.message);
		while (state.KeepRunningBatch(benchmark::IterationCount(block->calls)))
			state.SetIterationTime(block->seconds[now.next++]);
	};
	benchmark::RegisterBenchmark(block->name, repetition)
		->Iterations(benchmark::IterationCount(block->calls))
		->Repetitions(int(block->samples))
		->UseManualTime();
}

extern "C" gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error)
{
	return Guarded(error, [&] {
		std::unique_ptr<gbench> made(new gbench);
		GM_TRY(Configure(made.get(), flags, flag_count, error));
		*bench = made.release();
		return GM_OK;
	});
}

extern "C" gm_status gbench_run(gbench *bench, const gbench_block *blocks, size_t count, const gbench_client *client,
                                gm_error *error)
{
	const gm_status status = Guarded(error, [&] {
		bench->client = *client;
		bench->running.clear();
		for (size_t i = 0; i < count; i++)
			Register(bench, &blocks[i]);
		const size_t matching = benchmark::RunSpecifiedBenchmarks(bench);
		const std::string said = bench->said.str();
		if (matching == 0 && said.find("Could not compile") != said.npos)
			return gm_fail(error, GM_BAD_ARGUMENT, "--benchmark_filter: %.200s", said.c_str());
		return GM_OK;
	});
	benchmark::ClearRegisteredBenchmarks();
	return status;
}

extern "C" gm_status gbench_destroy(gbench *bench, gm_error *error)
{
	const std::unique_ptr<gbench> owned(bench);
	for (BenchmarkReporter *sink : bench ? bench->sinks : std::vector<BenchmarkReporter *>())
		sink->Finalize();
	if (!bench || bench->path.empty())
		return GM_OK;
	bench->file.close();
	if (!bench->file || std::rename((bench->path + ".part").c_str(), bench->path.c_str()) != 0)
		return gm_fail(error, GM_IO, "--benchmark_out: %s could not be written", bench->path.c_str());
	return GM_OK;
}
