/* Shows what the shop says to this browser, and leads to it when it is pressed. It keeps nothing and answers for no page. */

self.addEventListener('push', event => {
  const { id, title, body, url } = event.data.json()
  event.waitUntil(self.registration.showNotification(title, { body, tag: id, data: { url } }))
})

self.addEventListener('notificationclick', event => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data.url))
})
