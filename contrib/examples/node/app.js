// SPDX-License-Identifier: GPL-2.0-or-later
//
// An application with the stock OpenTelemetry SDK for Node.js, run by `srun`.
// Slurm's plugins tell it all it needs through its environment:
//
//   OTEL_EXPORTER_OTLP_ENDPOINT  where spans go   (JobEndpoint= in otel.conf)
//   OTEL_RESOURCE_ATTRIBUTES     slurm.job.id ... (ResourceAttributesInJob=yes)
//   TRACEPARENT                  the step that runs it
//
// The first two the SDK reads by itself.  TRACEPARENT it does not read yet (the
// specification of environment variables as a carrier is a release candidate),
// so the line marked (1) does; nothing else here knows of Slurm.
'use strict';

const { context, propagation, trace } = require('@opentelemetry/api');
const { NodeSDK } = require('@opentelemetry/sdk-node');

async function main() {
  const sdk = new NodeSDK({ metricReaders: [], logRecordProcessors: [] });
  sdk.start();

  const { TRACEPARENT: traceparent, TRACESTATE: tracestate, BAGGAGE: baggage } = process.env;
  const step = propagation.extract(context.active(), { traceparent, tracestate, baggage }); // (1)

  const tracer = trace.getTracer('example');
  await context.with(step, () => tracer.startActiveSpan('train', async (train) => {
    for (let epoch = 1; epoch <= 3; epoch++) {
      await tracer.startActiveSpan('epoch', { attributes: { epoch } }, async (span) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        span.end();
      });
    }
    train.end();
  }));

  await sdk.shutdown(); // sends what is left
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
