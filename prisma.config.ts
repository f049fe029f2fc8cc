import { defineConfig } from 'prisma/config';

/** For Prisma's command line only (`prisma generate`, `prisma migrate deploy`); the services take DATABASE_URL themselves. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost:5432/podbox' },
});
