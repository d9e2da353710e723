-- Accounts that are signed in to by another provider (OpenID Connect): who they are there. Never found by e-mail again.
create table external_identities (
  issuer text not null check (char_length(issuer) <= 500),
  subject text not null check (char_length(subject) <= 255),
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index external_identities_user on external_identities (user_id);

-- Sign-ins that are under way at the provider, by SHA-256 of a token that only the browser that began it has.
create table external_sign_ins (
  hash bytea primary key,
  state text not null,
  -- Nonce and PKCE verifier, sealed.
  sealed bytea not null,
  expires_at timestamptz not null
);
create index external_sign_ins_expired on external_sign_ins (expires_at);
