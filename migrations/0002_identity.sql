-- Identity: second factors, sign-in through others, single sign-on, access for programs, probers.
-- Safe to roll back: it only adds tables and columns with defaults, which an older program does not read. Sessions made
-- meanwhile by single sign-on would lose their limits, so sign everybody out (delete from sessions) when rolling back.
ALTER TABLE `users` ADD `email_verified_at` integer
--> statement-breakpoint
ALTER TABLE `users` ADD `deletes_at` integer
--> statement-breakpoint
ALTER TABLE `tenants` ADD `require_mfa` integer DEFAULT false NOT NULL
--> statement-breakpoint
ALTER TABLE `tenants` ADD `deletes_at` integer
--> statement-breakpoint
ALTER TABLE `sessions` ADD `method` text DEFAULT 'password' NOT NULL
--> statement-breakpoint
ALTER TABLE `sessions` ADD `mfa` integer DEFAULT false NOT NULL
--> statement-breakpoint
ALTER TABLE `sessions` ADD `bound` integer DEFAULT false NOT NULL
--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `resources` text DEFAULT '[]' NOT NULL
--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `networks` text DEFAULT '[]' NOT NULL
--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `last_used_address` text
--> statement-breakpoint
-- Whoever has an account already was let in before addresses were verified.
UPDATE `users` SET `email_verified_at` = `created_at`
--> statement-breakpoint
CREATE TABLE `auth_flows` (
	`hash` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`data` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `auth_flows_expires_at` ON `auth_flows` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `auth_flows_user` ON `auth_flows` (`user_id`);
--> statement-breakpoint
CREATE TABLE `known_devices` (
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	`last_seen_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `hash`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `login_failures` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`last_at` integer NOT NULL,
	`blocked_until` integer
);
--> statement-breakpoint
CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`to` text NOT NULL,
	`kind` text NOT NULL,
	`content` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mails_next_attempt_at` ON `mails` (`next_attempt_at`);
--> statement-breakpoint
CREATE TABLE `user_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `user_tokens_user` ON `user_tokens` (`user_id`,`purpose`);
--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`alg` text NOT NULL,
	`private_key` text NOT NULL,
	`public_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
--> statement-breakpoint
CREATE TABLE `identities` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`subject` text NOT NULL,
	`email` text,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`provider_id`) REFERENCES `sign_in_providers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identities_subject` ON `identities` (`provider_id`,`subject`);
--> statement-breakpoint
CREATE INDEX `identities_user` ON `identities` (`user_id`);
--> statement-breakpoint
CREATE TABLE `backup_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	`used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `backup_codes_user` ON `backup_codes` (`user_id`);
--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`credential_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`backed_up` integer NOT NULL,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `passkeys_credential_id_unique` ON `passkeys` (`credential_id`);
--> statement-breakpoint
CREATE INDEX `passkeys_user` ON `passkeys` (`user_id`);
--> statement-breakpoint
CREATE TABLE `totp_secrets` (
	`user_id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`confirmed_at` integer,
	`last_step` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text,
	`redirect_uris` text NOT NULL,
	`grant_types` text NOT NULL,
	`scopes` text NOT NULL,
	`role` text NOT NULL,
	`created_by` text NOT NULL,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_tenant` ON `oauth_clients` (`tenant_id`);
--> statement-breakpoint
CREATE TABLE `oauth_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`grant_id` text NOT NULL,
	`redirect_uri` text NOT NULL,
	`challenge` text NOT NULL,
	`used_at` integer,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`grant_id`) REFERENCES `oauth_grants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `oauth_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`user_id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`scope` text NOT NULL,
	`mfa` integer NOT NULL,
	`revoked_at` integer,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_grants_user` ON `oauth_grants` (`user_id`);
--> statement-breakpoint
CREATE INDEX `oauth_grants_client` ON `oauth_grants` (`client_id`);
--> statement-breakpoint
CREATE TABLE `oauth_refresh_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`grant_id` text NOT NULL,
	`scope` text NOT NULL,
	`used_at` integer,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`grant_id`) REFERENCES `oauth_grants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_refresh_tokens_grant` ON `oauth_refresh_tokens` (`grant_id`);
--> statement-breakpoint
CREATE TABLE `prober_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`prober_id` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`prober_id`) REFERENCES `probers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prober_tokens_hash_unique` ON `prober_tokens` (`hash`);
--> statement-breakpoint
CREATE INDEX `prober_tokens_prober` ON `prober_tokens` (`prober_id`);
--> statement-breakpoint
CREATE TABLE `probers` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`region` text NOT NULL,
	`facts` text NOT NULL,
	`registered_at` integer,
	`last_seen_at` integer,
	`last_seen_address` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `probers_tenant` ON `probers` (`tenant_id`);
--> statement-breakpoint
CREATE TABLE `sign_in_providers` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`settings` text NOT NULL,
	`enabled` integer NOT NULL,
	`trust_email` integer NOT NULL,
	`tenant_id` text,
	`default_role` text NOT NULL,
	`group_roles` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_providers_slug_unique` ON `sign_in_providers` (`slug`);
--> statement-breakpoint
CREATE TABLE `saml_messages` (
	`key` text PRIMARY KEY NOT NULL,
	`data` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `saml_messages_expires_at` ON `saml_messages` (`expires_at`);
--> statement-breakpoint
CREATE TABLE `sso_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`enabled` integer NOT NULL,
	`idp_entity_id` text NOT NULL,
	`sso_url` text NOT NULL,
	`certificates` text NOT NULL,
	`private_key` text NOT NULL,
	`certificate` text NOT NULL,
	`require_signed_response` integer NOT NULL,
	`email_attribute` text,
	`name_attribute` text,
	`groups_attribute` text,
	`provision` integer NOT NULL,
	`default_role` text NOT NULL,
	`group_roles` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sso_connections_tenant_id_unique` ON `sso_connections` (`tenant_id`);
--> statement-breakpoint
CREATE TABLE `sso_domains` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`domain` text NOT NULL,
	`challenge` text NOT NULL,
	`verified_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sso_domains_domain` ON `sso_domains` (`domain`);
--> statement-breakpoint
CREATE INDEX `sso_domains_tenant` ON `sso_domains` (`tenant_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `sso_domains_verified` ON `sso_domains` (`domain`) WHERE verified_at is not null;
--> statement-breakpoint
CREATE TABLE `sso_subjects` (
	`connection_id` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`last_used_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`connection_id`) REFERENCES `sso_connections`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sso_subjects_subject` ON `sso_subjects` (`connection_id`,`subject`);
--> statement-breakpoint
CREATE INDEX `sso_subjects_user` ON `sso_subjects` (`user_id`);
--> statement-breakpoint
CREATE INDEX `users_deletes_at` ON `users` (`deletes_at`) WHERE deletes_at is not null;
--> statement-breakpoint
CREATE INDEX `tenants_deletes_at` ON `tenants` (`deletes_at`) WHERE deletes_at is not null;
--> statement-breakpoint
CREATE INDEX `user_tokens_expires_at` ON `user_tokens` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `login_failures_last_at` ON `login_failures` (`last_at`);
--> statement-breakpoint
CREATE INDEX `sessions_tenant` ON `sessions` (`tenant_id`);
--> statement-breakpoint
CREATE INDEX `sessions_expires_at` ON `sessions` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `api_tokens_user` ON `api_tokens` (`user_id`);
--> statement-breakpoint
CREATE INDEX `invitations_tenant` ON `invitations` (`tenant_id`);
--> statement-breakpoint
CREATE INDEX `invitations_email` ON `invitations` (`email`);
--> statement-breakpoint
CREATE INDEX `oauth_grants_tenant` ON `oauth_grants` (`tenant_id`);
--> statement-breakpoint
CREATE INDEX `oauth_grants_revoked_at` ON `oauth_grants` (`revoked_at`);
--> statement-breakpoint
CREATE INDEX `oauth_grants_created_at` ON `oauth_grants` (`created_at`);
--> statement-breakpoint
CREATE INDEX `oauth_codes_grant` ON `oauth_codes` (`grant_id`);
--> statement-breakpoint
CREATE INDEX `oauth_codes_expires_at` ON `oauth_codes` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `oauth_refresh_tokens_expires_at` ON `oauth_refresh_tokens` (`expires_at`);
--> statement-breakpoint
CREATE INDEX `sign_in_providers_tenant` ON `sign_in_providers` (`tenant_id`);
--> statement-breakpoint
CREATE INDEX `deliveries_tenant` ON `deliveries` (`tenant_id`);
