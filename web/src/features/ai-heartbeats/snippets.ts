export type Way = 'curl' | 'python' | 'typescript' | 'langchain' | 'opentelemetry'
export const ways: { value: Way; label: string; what: string }[] = [
  { value: 'curl', label: 'curl', what: 'After a run, in a shell' },
  { value: 'python', label: 'Python', what: 'Around the run; needs nothing but Python' },
  { value: 'typescript', label: 'TypeScript', what: 'Around the run; needs nothing but fetch' },
  { value: 'langchain', label: 'LangChain', what: 'A callback handler for any chain, graph or agent' },
  { value: 'opentelemetry', label: 'OpenTelemetry', what: 'A span processor: one report for each trace' },
]

const curl = (url: string) => `curl -fsS -m 10 --retry 3 -o /dev/null '${url}' \\
  -H 'content-type: application/json' \\
  -d '{"status":"ok","model":"your-model","input_tokens":1200,"output_tokens":350,"cost_usd":0.0042,"latency_ms":2100,"quality_score":0.92}'`

const python = (url: string) => `import json, time, urllib.request
from contextlib import contextmanager

@contextmanager
def reported(url="${url}"):
    """Reports one run, however it ends; what goes wrong here never breaks the run."""
    run, began = {"status": "ok"}, time.monotonic()
    try:
        yield run
    except BaseException as error:
        run.update(status="timeout" if isinstance(error, TimeoutError) else "error", error=repr(error)[:2000])
        raise
    finally:
        run["latency_ms"] = round((time.monotonic() - began) * 1000)
        request = urllib.request.Request(url, json.dumps(run).encode(), {"content-type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError as lost:
            print(f"The run could not be reported: {lost}")

with reported() as run:
    # Your agent works here; then say what it took.
    run.update(model="your-model", input_tokens=1200, output_tokens=350, cost_usd=0.0042)
`

const typescript = (
  url: string,
) => `type Run = { model?: string; input_tokens?: number; output_tokens?: number; cost_usd?: number; quality_score?: number }

/** Reports one run, however it ends; what goes wrong here never breaks the run. */
export async function reported<T>(work: (run: Run) => Promise<T>): Promise<T> {
  const run: Run & Record<string, unknown> = { status: 'ok', started_at: new Date().toISOString() }
  try {
    return await work(run)
  } catch (error) {
    Object.assign(run, { status: 'error', error: String(error).slice(0, 2000) })
    throw error
  } finally {
    await fetch('${url}', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...run, ended_at: new Date().toISOString() }),
      signal: AbortSignal.timeout(10_000),
    }).catch((lost) => console.warn('The run could not be reported:', lost))
  }
}

await reported(async (run) => {
  // Your agent works here; then say what it took.
  Object.assign(run, { model: 'your-model', input_tokens: 1200, output_tokens: 350, cost_usd: 0.0042 })
})
`

const langchain = (url: string) => `import json, time, urllib.request
from langchain_core.callbacks import BaseCallbackHandler

class RunReporter(BaseCallbackHandler):
    """One report for each outermost run, with the tokens of all model calls in it."""

    def __init__(self, url="${url}"):
        self.url, self.outer, self.open = url, {}, {}

    def begin(self, run_id, parent_run_id):
        outer = self.outer[run_id] = self.outer.get(parent_run_id, run_id)
        if outer == run_id:
            self.open[outer] = {"began": time.monotonic(), "input_tokens": 0, "output_tokens": 0, "tool_calls": 0}
        return self.open[outer]

    def end(self, run_id, **how):
        if self.outer.pop(run_id, None) != run_id:
            return
        run = self.open.pop(run_id)
        run["latency_ms"] = round((time.monotonic() - run.pop("began")) * 1000)
        body = json.dumps(run | how).encode()
        try:
            request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
            urllib.request.urlopen(request, timeout=10).close()
        except OSError as lost:
            print(f"The run could not be reported: {lost}")

    def on_chain_start(self, serialized, inputs, *, run_id, parent_run_id=None, **kwargs):
        self.begin(run_id, parent_run_id)

    def on_chat_model_start(self, serialized, messages, *, run_id, parent_run_id=None, **kwargs):
        self.begin(run_id, parent_run_id)

    def on_tool_start(self, serialized, input_str, *, run_id, parent_run_id=None, **kwargs):
        self.begin(run_id, parent_run_id)["tool_calls"] += 1

    def on_llm_end(self, response, *, run_id, **kwargs):
        run = self.open[self.outer[run_id]]
        message = response.generations[0][0].message
        usage = message.usage_metadata or {}
        run["input_tokens"] += usage.get("input_tokens", 0)
        run["output_tokens"] += usage.get("output_tokens", 0)
        if model := message.response_metadata.get("model_name"):
            run["model"] = model
        self.end(run_id, status="ok")

    def on_chain_end(self, outputs, *, run_id, **kwargs):
        self.end(run_id, status="ok")

    def on_tool_end(self, output, *, run_id, **kwargs):
        self.end(run_id, status="ok")

    def on_chain_error(self, error, *, run_id, **kwargs):
        self.end(run_id, status="timeout" if isinstance(error, TimeoutError) else "error", error=repr(error)[:2000])

    on_llm_error = on_tool_error = on_chain_error

# agent.invoke(…, config={"callbacks": [RunReporter()]})
`

const opentelemetry = (url: string) => `import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** One report for each trace, when its outermost span ends, with the tokens of all model calls in it. */
export class RunReporter implements SpanProcessor {
  #used = new Map<string, { input_tokens: number; output_tokens: number }>()
  #sending = new Set<Promise<unknown>>()
  onStart() {}
  onEnd(span: ReadableSpan) {
    const { traceId } = span.spanContext()
    // Names, numbers and models; not what was asked and answered.
    const told = Object.entries(span.attributes).filter(([name]) => /^gen_ai\\.(?!.*(messages|instructions|prompt|completion))/.test(name))
    const metadata = Object.fromEntries(told)
    if (/^(chat|generate_content|text_completion)$/.test(String(metadata['gen_ai.operation.name']))) {
      const before = this.#used.get(traceId) ?? { input_tokens: 0, output_tokens: 0 }
      this.#used.set(traceId, {
        input_tokens: before.input_tokens + Number(metadata['gen_ai.usage.input_tokens'] ?? 0),
        output_tokens: before.output_tokens + Number(metadata['gen_ai.usage.output_tokens'] ?? 0),
      })
    }
    if (span.parentSpanContext && !span.parentSpanContext.isRemote) return
    const failed = span.status.code === 2
    const run = {
      status: failed ? 'error' : 'ok',
      error: failed ? span.status.message : undefined,
      latency_ms: Math.round(span.duration[0] * 1e3 + span.duration[1] / 1e6),
      trace_id: traceId,
      metadata,
      ...this.#used.get(traceId),
    }
    this.#used.delete(traceId)
    const sent = fetch('${url}', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(run),
      signal: AbortSignal.timeout(10_000),
    }).catch((lost) => console.warn('The run could not be reported:', lost))
    this.#sending.add(sent)
    void sent.finally(() => this.#sending.delete(sent))
  }
  async forceFlush() {
    await Promise.all(this.#sending)
  }
  shutdown = () => this.forceFlush()
}

// new NodeTracerProvider({ spanProcessors: [new RunReporter()] })
`

const made: Record<Way, (url: string) => string> = { curl, python, typescript, langchain, opentelemetry }

/** What to paste where the agent runs; `address` is the one it reports to without a token. */
export const snippet = (way: Way, address: string): string => made[way](`${address}/run`).trimEnd()
