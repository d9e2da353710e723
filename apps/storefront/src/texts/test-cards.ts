import { defineTexts } from '../language.ts'

/** What the payment simulator's cards do, by their token. */
export const testCardTexts = defineTexts({
  en: {
    tok_approve: ['Approved', 'The bank says yes. The everyday card.'],
    tok_decline: ['Declined', 'The bank says no. Nothing is charged, and you may choose another card.'],
    tok_insufficient_funds: ['Not enough money', 'The bank says no because the account is empty.'],
    tok_slow: ['Slow bank', 'The bank says yes, and takes its time. Press twice, or reload: you pay once.'],
    tok_timeout_after: [
      'Lost answer',
      'The bank charges the card, but its answer never arrives. The shop finds out by itself.',
    ],
    tok_timeout_before: ['Bank asleep', 'The first try reaches nobody. The shop asks again, and the bank says yes.'],
    tok_error_after: ['Error after charging', 'The bank charges the card and answers with an error.'],
    tok_webhook_late: ['Late notice', 'Approved; the bank’s notice comes late.'],
    tok_webhook_thrice: ['Three notices', 'Approved; the bank’s notice comes three times. You pay once.'],
    tok_webhook_never: ['No notice', 'Approved; the bank’s notice never comes.'],
    tok_capture_decline: ['Second thoughts', 'The bank says yes, and changes its mind when the money is taken.'],
  },
  de: {
    tok_approve: ['Genehmigt', 'Die Bank sagt ja. Die Karte für alle Tage.'],
    tok_decline: [
      'Abgelehnt',
      'Die Bank sagt nein. Es wird nichts abgebucht, und Sie können eine andere Karte wählen.',
    ],
    tok_insufficient_funds: ['Zu wenig Geld', 'Die Bank sagt nein, weil das Konto leer ist.'],
    tok_slow: [
      'Langsame Bank',
      'Die Bank sagt ja und lässt sich Zeit. Drücken Sie zweimal oder laden Sie neu: Sie zahlen einmal.',
    ],
    tok_timeout_after: [
      'Antwort verloren',
      'Die Bank belastet die Karte, aber ihre Antwort kommt nie an. Der Shop findet es selbst heraus.',
    ],
    tok_timeout_before: [
      'Bank schläft',
      'Der erste Versuch erreicht niemanden. Der Shop fragt noch einmal, und die Bank sagt ja.',
    ],
    tok_error_after: ['Fehler nach Abbuchung', 'Die Bank belastet die Karte und antwortet mit einem Fehler.'],
    tok_webhook_late: ['Späte Nachricht', 'Genehmigt; die Nachricht der Bank kommt spät.'],
    tok_webhook_thrice: ['Drei Nachrichten', 'Genehmigt; die Nachricht der Bank kommt dreimal. Sie zahlen einmal.'],
    tok_webhook_never: ['Keine Nachricht', 'Genehmigt; die Nachricht der Bank kommt nie.'],
    tok_capture_decline: [
      'Erst ja, dann nein',
      'Die Bank sagt ja und überlegt es sich anders, wenn das Geld abgebucht wird.',
    ],
  },
})
