import type * as Prometheus from 'prom-client';
import { METRICS, type Metric } from './metrics.ts';
import type { MetricsSnapshot } from './metrics-snapshot.ts';

export interface Scrape {
  readonly contentType: string;
  readonly body: string;
}

/** Writes the keeper's figures in Prometheus' text format. The client library is loaded at the first call. */
export async function scrape(snapshot: MetricsSnapshot): Promise<Scrape> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  for (const metric of METRICS) register(prometheus, registry, metric, snapshot);
  return { contentType: registry.contentType, body: await registry.metrics() };
}

function register(
  prometheus: typeof Prometheus,
  registry: Prometheus.Registry,
  { name, help, type, labels, samples }: Metric,
  snapshot: MetricsSnapshot,
): void {
  const series = samples(snapshot);
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  // A registry of this very scrape: counters begin at zero and are brought to the snapshot's totals.
  const metric = type === 'counter' ? new prometheus.Counter(options) : new prometheus.Gauge(options);
  // A metric without labels begins with a 0 that nobody measured.
  if (series.length === 0) metric.remove({});
  for (const sample of series) metric.inc({ ...sample.labels }, sample.value);
}
