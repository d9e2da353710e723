-- What is to be said to somebody: a queue, and its own history.
create table messages (
  id uuid primary key default uuidv7(),
  -- One occasion and channel, one message, for ever: what asks for it again finds it here.
  key text not null,
  -- Of the request, where the same key with another request is to be refused.
  request_hash text,
  template text not null,
  category text not null check (category in ('account', 'order', 'order-updates', 'news')),
  channel text not null check (channel in ('email', 'sms', 'push')),
  user_id uuid,
  order_id uuid,
  -- Address, number or push subscription. Null until it is asked for, and once the person is forgotten.
  recipient text,
  locale text,
  -- What the template is filled with. What holds a secret (a link that signs in) goes when the message is sent or fails.
  data jsonb,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed', 'dropped')),
  reason text,
  subject text,
  attempts int not null default 0,
  -- When its turn is; while it is being sent, when whoever has it is given up on.
  due_at timestamptz default now(),
  -- Who has it. Whoever comes back after somebody else took over changes nothing.
  claim uuid,
  correlation_id text not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  -- Guarantees: one confirmation per paid order.
  constraint messages_once unique (key),
  constraint messages_open check ((due_at is not null) = (status in ('queued', 'sending'))),
  constraint messages_claimed check ((claim is not null) = (status = 'sending'))
);
-- What is to be sent now.
create index messages_due on messages (due_at) where due_at is not null;
-- Somebody's messages, newest first; all of them; those of an order, and to an address, for staff.
create index messages_user on messages (user_id, id desc) where user_id is not null;
create index messages_order on messages (order_id) where order_id is not null;
create index messages_recipient on messages (lower(recipient)) where recipient is not null;
create index messages_failed on messages (id desc) where status = 'failed';
-- Forgetting by age.
create index messages_old on messages (created_at) where recipient is not null or data is not null;

-- What somebody wants to be told. No row: the defaults.
create table preferences (
  user_id uuid primary key,
  locale text not null default 'en' check (locale in ('en', 'de')),
  email_order_updates boolean not null default true,
  email_news boolean not null default false,
  sms_order_updates boolean not null default false,
  push_order_updates boolean not null default true,
  phone text,
  updated_at timestamptz not null default now(),
  constraint preferences_sms_needs_phone check (not sms_order_updates or phone is not null)
);

-- Addresses without an account that unsubscribed: a digest, so that the list names nobody.
create table unsubscribed (
  address_digest text not null,
  category text not null,
  at timestamptz not null default now(),
  primary key (address_digest, category)
);

create table push_subscriptions (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  created_at timestamptz not null default now(),
  -- A browser belongs to who signed in last.
  constraint push_subscriptions_once unique (endpoint)
);
create index push_subscriptions_user on push_subscriptions (user_id);

-- Users that were forgotten: what is heard of them later, out of order, makes no new message.
create table forgotten_users (
  user_id uuid primary key,
  at timestamptz not null default now()
);

-- Made on first start: who signs unsubscribe links, and the key pair browsers know this shop by.
create table keys (
  name text primary key,
  value jsonb not null,
  created_at timestamptz not null default now()
);
