export { type LoadedService, type Runnable, type ServiceEntry, services } from './services.ts'
