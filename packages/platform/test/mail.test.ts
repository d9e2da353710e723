import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentOf, type LaunchPlan } from '@shopfleet/platform/environment'
import { hasMailServer } from '@shopfleet/platform/mail'
import { readOptions } from '@shopfleet/platform/options'
import { planPorts } from '@shopfleet/platform/ports'
import { secretNames } from '@shopfleet/platform/secrets'
import { services } from '@shopfleet/platform/services'

function environmentsWith(env: Record<string, string>) {
  const values = Object.fromEntries(secretNames.map(name => [name, 'x'.repeat(40)])) as never
  const plan: LaunchPlan = {
    env,
    options: readOptions([], {}),
    ports: planPorts(env),
    secrets: { values, databasePasswords: {} },
  }
  return Object.fromEntries(services.map(entry => [entry.name, environmentOf(entry, plan)]))
}

test('without a mail server the notification service sends to the mail catcher', () => {
  assert.equal(hasMailServer({}), false)
  const environments = environmentsWith({})
  assert.equal(environments.notification!.SMTP_URL, 'smtp://127.0.0.1:4102')
  assert.equal(environments.order!.SMTP_URL, undefined)
  assert.equal(environments.notification!.API_URL, 'http://localhost:8080')
  assert.equal(environmentsWith({ API_URL: 'https://shop.example' }).notification!.API_URL, 'https://shop.example')
})

test("the mail server's and the SMS provider's credentials reach the notification service alone", () => {
  const env = { SMTP_URL: 'smtps://shop:secret@mail.example', SMS_KEY: 'key', NOTIFICATION_SMTP_URL_FILE: '/run/smtp' }
  assert.equal(hasMailServer(env), true)
  assert.equal(hasMailServer({ NOTIFICATION_SMTP_URL_FILE: '/run/smtp' }), true)
  const { notification, ...others } = environmentsWith(env)
  assert.partialDeepStrictEqual(notification!, env)
  for (const [name, environment] of Object.entries(others))
    for (const secret of Object.keys(env)) assert.equal(environment[secret], undefined, name)
})
