/*
 * Whether what runs in this container is ready, for HEALTHCHECK: the image has no curl. The gateway may speak HTTPS where
 * everybody is, so it is asked where its operators are.
 */

const port = process.env.METRICS_PORT ?? process.env.HTTP_PORT ?? process.env.PORT
// The simulators are ready as soon as they answer.
const path = process.env.JOURNAL ? '/health' : '/health/ready'
const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
process.exit(answer?.ok ? 0 : 1)
