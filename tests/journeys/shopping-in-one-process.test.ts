/* The same journeys where the services ask each other without a socket, as `npm start` runs them. */
process.env.TEST_NEIGHBOURS = 'true'
await import('./shopping.test.ts')
