/* SPDX-License-Identifier: MIT */
/* gbench_shim.cc - the only C++ of the project: Google Benchmark 1.7 or later behind gbench_shim.h.  Its facts that
 * shape this file: it exits on some malformed flags (so those are checked before it sees them), prints errors and
 * goes on (so our own reporter collects them), keeps flags from one Initialize to the next (so defaults are given
 * each time), and opens the file of --benchmark_out anew for each run (so its JSON reporter is driven from here). */
#include "gbench_shim.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace
{

struct Entry {
	gbench_block *block;
	void *context;
	size_t number;
};

/* Hands runs to a C callback and, where wanted, to Google Benchmark's own JSON reporter. */
class Collector : public benchmark::BenchmarkReporter
{
  public:
	Collector(const std::map<std::string, Entry> &entries, gbench_report *report, void *context,
	          benchmark::JSONReporter *json, bool *json_begun)
		: entries_(entries), report_(report), context_(context), json_(json), json_begun_(json_begun)
	{
		SetOutputStream(&silence_);
		SetErrorStream(&silence_);
	}

	bool ReportContext(const Context &context) override
	{
		if (json_ && !*json_begun_)
			*json_begun_ = json_->ReportContext(context);
		return true;
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		for (const Run &run : runs)
			if (run.run_type == Run::RT_Iteration)
				Hand(run);
		if (json_)
			json_->ReportRuns(runs);
	}

	std::string Said() const { return silence_.str(); }
	size_t ran = 0;

  private:
	void Hand(const Run &run)
	{
		const auto found = entries_.find(run.run_name.function_name);
		if (found == entries_.end())
			return;
		const std::string name = run.benchmark_name();
		gbench_result result;
		result.name = name.c_str();
		result.entry = found->second.number;
		result.repetition = run.repetition_index > 0 ? static_cast<size_t>(run.repetition_index) : 0;
		result.iterations = static_cast<uint64_t>(run.iterations);
		result.seconds = run.real_accumulated_time;
		result.cpu_seconds = run.cpu_accumulated_time;
		result.failure = run.error_occurred ? run.error_message.c_str() : nullptr;
		ran++;
		report_(context_, &result);
	}

	const std::map<std::string, Entry> &entries_;
	gbench_report *report_;
	void *context_;
	benchmark::JSONReporter *json_;
	bool *json_begun_;
	std::ostringstream silence_;
};

void RunEntry(benchmark::State &state, const Entry &entry)
{
	std::vector<double> seconds(static_cast<size_t>(state.max_iterations));
	size_t next = 0;
	for (auto _ : state) {
		(void)_;
		if (next == 0) {
			char message[128] = "";
			if (entry.block(entry.context, entry.number, seconds.size(), seconds.data(), message)) {
				state.SkipWithError(message[0] ? message : "failed without a message");
				break;
			}
		}
		state.SetIterationTime(seconds[next++]);
	}
}

bool Begins(const std::string &text, const char *prefix) { return text.rfind(prefix, 0) == 0; }

bool IsNumber(const std::string &text)
{
	char *end = nullptr;
	std::strtod(text.c_str(), &end);
	return !text.empty() && *end == '\0';
}

/* What Google Benchmark would exit on, print, or do differently from what the flag says. */
const char *Refusal(const std::string &flag)
{
	if (!Begins(flag, "--benchmark_"))
		return "is no flag of Google Benchmark";
	if (Begins(flag, "--benchmark_list_tests"))
		return "cannot list: entries exist only while they run";
	if (Begins(flag, "--benchmark_out_format=") && flag != "--benchmark_out_format=json")
		return "must be json";
	for (const char *numeric : {"--benchmark_min_time=", "--benchmark_repetitions="})
		if (Begins(flag, numeric) && !IsNumber(flag.substr(flag.find('=') + 1)))
			return "wants a number";
	if (Begins(flag, "--benchmark_format="))
		return "has no effect: results are handed over in memory";
	return nullptr;
}

} // namespace

struct gbench {
	std::map<std::string, Entry> entries;
	std::string out_path;
	std::ofstream out;
	std::unique_ptr<benchmark::JSONReporter> json;
	bool json_begun = false;
};

namespace
{

gm_status OpenOut(gbench *bench, gm_error *error)
{
	const std::string part = bench->out_path + ".part";
	bench->out.open(part, std::ios::trunc);
	if (!bench->out)
		return gm_fail(error, GM_IO, "--benchmark_out: %s cannot be written", part.c_str());
	bench->json.reset(new benchmark::JSONReporter);
	bench->json->SetOutputStream(&bench->out);
	return GM_OK;
}

/* Takes our own flags out, leaves Google Benchmark's in `kept`. */
gm_status TakeFlags(gbench *bench, char *const *flags, size_t count, std::vector<std::string> *kept, gm_error *error)
{
	for (size_t i = 0; i < count; i++) {
		std::string flag = flags[i];
		if (Begins(flag, "--benchmark_min_time=") && flag.back() == 's')
			flag.pop_back();
		if (const char *why = Refusal(flag))
			return gm_fail(error, GM_BAD_ARGUMENT, "%s %s", flag.c_str(), why);
		if (Begins(flag, "--benchmark_out=")) {
			bench->out_path = flag.substr(flag.find('=') + 1);
			continue;
		}
		kept->push_back(flag);
	}
	return GM_OK;
}

gm_status Configure(gbench *bench, char *const *flags, size_t count, gm_error *error)
{
	static char program[] = "gatemark"; // Google Benchmark keeps this pointer
	std::vector<std::string> kept = {"--benchmark_filter=.", "--benchmark_repetitions=1",
	                                 "--benchmark_enable_random_interleaving=false", "--benchmark_out="};
	GM_TRY(TakeFlags(bench, flags, count, &kept, error));
	std::vector<char *> argv = {program};
	for (std::string &flag : kept)
		argv.push_back(&flag[0]);
	int argc = static_cast<int>(argv.size());
	argv.push_back(nullptr);
	benchmark::Initialize(&argc, argv.data());
	if (argc > 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s is not understood by Google Benchmark", argv[1]);
	return bench->out_path.empty() ? GM_OK : OpenOut(bench, error);
}

gm_status CloseOut(gbench *bench, gm_error *error)
{
	if (!bench->json)
		return GM_OK;
	const std::string part = bench->out_path + ".part";
	if (bench->json_begun)
		bench->json->Finalize();
	else
		bench->out << "{\"context\": {}, \"benchmarks\": []}\n"; // nothing ran
	bench->out.close();
	const int fd = open(part.c_str(), O_RDONLY);
	const bool ok = bench->out.good() && fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	if (!ok || std::rename(part.c_str(), bench->out_path.c_str()) != 0)
		return gm_fail(error, GM_IO, "--benchmark_out: %s could not be written", bench->out_path.c_str());
	return GM_OK;
}

} // namespace

extern "C" gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error)
{
	try {
		std::unique_ptr<gbench> made(new gbench);
		GM_TRY(Configure(made.get(), flags, flag_count, error));
		*bench = made.release();
		return GM_OK;
	} catch (const std::exception &e) {
		return gm_fail(error, GM_NO_MEMORY, "Google Benchmark: %s", e.what());
	}
}

extern "C" gm_status gbench_add(gbench *bench, const char *name, size_t entry, size_t iterations, gbench_block *block,
                                void *context, gm_error *error)
{
	try {
		if (iterations == 0)
			return gm_fail(error, GM_BAD_ARGUMENT, "entry %s has no iterations", name);
		const Entry made = {block, context, entry};
		if (!bench->entries.emplace(name, made).second)
			return gm_fail(error, GM_BAD_ARGUMENT, "entry %s is given twice", name);
		benchmark::RegisterBenchmark(name, [made](benchmark::State &state) { RunEntry(state, made); })
			->Iterations(static_cast<benchmark::IterationCount>(iterations))
			->UseManualTime();
		return GM_OK;
	} catch (const std::exception &e) {
		return gm_fail(error, GM_NO_MEMORY, "Google Benchmark: %s", e.what());
	}
}

extern "C" gm_status gbench_run(gbench *bench, gbench_report *report, void *context, size_t *ran, gm_error *error)
{
	gm_status status = GM_OK;
	*ran = 0;
	try {
		Collector collector(bench->entries, report, context, bench->json.get(), &bench->json_begun);
		benchmark::RunSpecifiedBenchmarks(&collector);
		*ran = collector.ran;
		const std::string said = collector.Said();
		if (collector.ran == 0 && said.find("Could not compile") != std::string::npos)
			status = gm_fail(error, GM_BAD_ARGUMENT, "%.200s", said.c_str());
	} catch (const std::exception &e) {
		status = gm_fail(error, GM_NO_MEMORY, "Google Benchmark: %s", e.what());
	}
	benchmark::ClearRegisteredBenchmarks();
	bench->entries.clear();
	return status;
}

extern "C" gm_status gbench_destroy(gbench *bench, gm_error *error)
{
	if (!bench)
		return GM_OK;
	const std::unique_ptr<gbench> owned(bench);
	try {
		return CloseOut(bench, error);
	} catch (const std::exception &e) {
		return gm_fail(error, GM_IO, "Google Benchmark: %s", e.what());
	}
}
