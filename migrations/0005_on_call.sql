-- On call: rules, policies, schedules, alerts and pages, groups of incidents, personal ways and wishes, the inbox, other
-- programs' events, words of one's own, what was learned.
-- Safe to roll back: it only adds tables, indexes and columns that may be empty or have a default; an older program reads
-- none of them and tells every default channel, as it did. A channel that wanted everything wants the new events too.
CREATE TABLE `alert_routing_rules` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`enabled` integer NOT NULL,
	`match` text NOT NULL,
	`conditions` text NOT NULL,
	`actions` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `alert_routing_rules_tenant` ON `alert_routing_rules` (`tenant_id`,`position`);
--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`incident_id` text NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`rule_id` text,
	`rule_name` text,
	`policy_id` text,
	`policy_name` text,
	`plan` text,
	`channel_ids` text DEFAULT '[]' NOT NULL,
	`step` integer DEFAULT -1 NOT NULL,
	`round` integer DEFAULT 0 NOT NULL,
	`next_at` integer,
	`chain` text NOT NULL,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	`resolved_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `alerts_due` ON `alerts` (`next_at`) WHERE next_at is not null;
--> statement-breakpoint
CREATE INDEX `alerts_incident` ON `alerts` (`incident_id`);
--> statement-breakpoint
CREATE INDEX `alerts_tenant` ON `alerts` (`tenant_id`,`created_at`);
--> statement-breakpoint
CREATE TABLE `correlation_groups` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`status` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`title` text NOT NULL,
	`root_incident_id` text NOT NULL,
	`size` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`summary_at` integer,
	`summarised` integer DEFAULT 1 NOT NULL,
	`resolved_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `correlation_groups_tenant` ON `correlation_groups` (`tenant_id`,`opened_at`);
--> statement-breakpoint
CREATE INDEX `correlation_groups_summary` ON `correlation_groups` (`summary_at`) WHERE summary_at is not null;
--> statement-breakpoint
CREATE TABLE `correlation_keys` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`incident_id` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `correlation_keys_key` ON `correlation_keys` (`tenant_id`,`key`,`at`);
--> statement-breakpoint
CREATE INDEX `correlation_keys_incident` ON `correlation_keys` (`incident_id`);
--> statement-breakpoint
CREATE TABLE `feed_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`type` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`path` text NOT NULL,
	`data` text NOT NULL,
	`user_id` text,
	`at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `feed_events_id_unique` ON `feed_events` (`id`);
--> statement-breakpoint
CREATE INDEX `feed_events_tenant` ON `feed_events` (`tenant_id`,`seq`);
--> statement-breakpoint
CREATE TABLE `pages` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`alert_id` text NOT NULL,
	`incident_id` text NOT NULL,
	`user_id` text NOT NULL,
	`user_name` text NOT NULL,
	`step` integer NOT NULL,
	`round` integer NOT NULL,
	`via` text NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`plan` text NOT NULL,
	`next_at` integer,
	`acknowledged_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`alert_id`) REFERENCES `alerts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pages_once` ON `pages` (`alert_id`,`round`,`step`,`user_id`);
--> statement-breakpoint
CREATE INDEX `pages_due` ON `pages` (`next_at`) WHERE next_at is not null;
--> statement-breakpoint
CREATE INDEX `pages_incident` ON `pages` (`incident_id`);
--> statement-breakpoint
CREATE INDEX `pages_tenant` ON `pages` (`tenant_id`,`created_at`);
--> statement-breakpoint
CREATE TABLE `schedule_watches` (
	`schedule_id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`users` text NOT NULL,
	`next_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `schedule_watches_tenant` ON `schedule_watches` (`tenant_id`);
--> statement-breakpoint
CREATE INDEX `schedule_watches_due` ON `schedule_watches` (`next_at`) WHERE next_at is not null;
--> statement-breakpoint
CREATE TABLE `correlation_settings` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `escalation_policies` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`steps` text NOT NULL,
	`repeat_count` integer NOT NULL,
	`ack_timeout_s` integer,
	`on_empty` text NOT NULL,
	`is_default` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `escalation_policies_tenant` ON `escalation_policies` (`tenant_id`,`name`);
--> statement-breakpoint
CREATE UNIQUE INDEX `escalation_policies_default` ON `escalation_policies` (`tenant_id`) WHERE is_default = 1;
--> statement-breakpoint
CREATE TABLE `integrations` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`key_hash` text NOT NULL,
	`key` text NOT NULL,
	`settings` text NOT NULL,
	`enabled` integer NOT NULL,
	`last_event_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integrations_key` ON `integrations` (`key_hash`);
--> statement-breakpoint
CREATE INDEX `integrations_tenant` ON `integrations` (`tenant_id`,`name`);
--> statement-breakpoint
CREATE TABLE `message_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`event` text NOT NULL,
	`channel_id` text DEFAULT '' NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `message_templates_event` ON `message_templates` (`tenant_id`,`event`,`channel_id`);
--> statement-breakpoint
CREATE INDEX `message_templates_channel` ON `message_templates` (`channel_id`);
--> statement-breakpoint
CREATE TABLE `feed_cursors` (
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`read_until` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `user_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `feed_cursors_user` ON `feed_cursors` (`user_id`);
--> statement-breakpoint
CREATE TABLE `feed_reads` (
	`user_id` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`user_id`, `seq`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `notification_prefs` (
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`prefs` text NOT NULL,
	`digest_at` integer,
	`digest_seq` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `user_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `notification_prefs_user` ON `notification_prefs` (`user_id`);
--> statement-breakpoint
CREATE INDEX `notification_prefs_digest` ON `notification_prefs` (`digest_at`) WHERE digest_at is not null;
--> statement-breakpoint
CREATE TABLE `postmortems` (
	`incident_id` text PRIMARY KEY NOT NULL,
	`body` text NOT NULL,
	`status` text NOT NULL,
	`updated_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `push_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`platform` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`sealed` text NOT NULL,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `push_tokens_hash` ON `push_tokens` (`hash`);
--> statement-breakpoint
CREATE INDEX `push_tokens_user` ON `push_tokens` (`user_id`);
--> statement-breakpoint
CREATE TABLE `calendar_feeds` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`schedule_id` text,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`schedule_id`) REFERENCES `schedules`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `calendar_feeds_schedule` ON `calendar_feeds` (`schedule_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendar_feeds_hash` ON `calendar_feeds` (`hash`);
--> statement-breakpoint
CREATE INDEX `calendar_feeds_user` ON `calendar_feeds` (`tenant_id`,`user_id`);
--> statement-breakpoint
CREATE TABLE `schedule_versions` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`schedule_id` text NOT NULL,
	`config` text NOT NULL,
	`from` integer NOT NULL,
	`until` integer NOT NULL,
	FOREIGN KEY (`schedule_id`) REFERENCES `schedules`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `schedule_versions_schedule` ON `schedule_versions` (`schedule_id`,`until`);
--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`config` text NOT NULL,
	`valid_from` integer NOT NULL,
	`notice` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `schedules_tenant` ON `schedules` (`tenant_id`,`name`);
--> statement-breakpoint
ALTER TABLE `incidents` ADD `group_id` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `snoozed_until` integer;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `assignee_id` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `assignee_name` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `merged_into` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `reopened_at` integer;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `integration_id` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `source` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `source_url` text;
--> statement-breakpoint
ALTER TABLE `incidents` ADD `labels` text;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `alert_id` text;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `page_id` text;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `user_id` text;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `source` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `priority` integer DEFAULT 2 NOT NULL;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `bundle_id` text;
--> statement-breakpoint
ALTER TABLE `deliveries` ADD `fallback_at` integer;
--> statement-breakpoint
ALTER TABLE `notification_log` ADD `user_id` text;
--> statement-breakpoint
ALTER TABLE `notification_log` ADD `user_name` text;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `user_id` text REFERENCES users(id) ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `via_id` text;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `verified_at` integer;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `code_hash` text;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `code_expires_at` integer;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `code_tries` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `muted_until` integer;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `fallback_id` text;
--> statement-breakpoint
ALTER TABLE `notification_channels` ADD `fallback_after_s` integer;
--> statement-breakpoint
DROP INDEX `deliveries_channel`;
--> statement-breakpoint
CREATE INDEX `deliveries_channel` ON `deliveries` (`channel_id`,`status`,`priority`,`next_attempt_at`,`id`) WHERE status in ('pending', 'sending');
--> statement-breakpoint
CREATE INDEX `deliveries_source` ON `deliveries` (`channel_id`,`source`) WHERE status in ('pending', 'sending');
--> statement-breakpoint
CREATE INDEX `deliveries_fallback` ON `deliveries` (`fallback_at`) WHERE fallback_at is not null;
--> statement-breakpoint
CREATE INDEX `deliveries_page` ON `deliveries` (`page_id`) WHERE page_id is not null;
--> statement-breakpoint
CREATE INDEX `deliveries_sent` ON `deliveries` (`channel_id`,`sent_at`) WHERE sent_at is not null;
--> statement-breakpoint
CREATE INDEX `incidents_group` ON `incidents` (`group_id`) WHERE group_id is not null;
--> statement-breakpoint
CREATE INDEX `notification_channels_user` ON `notification_channels` (`user_id`) WHERE user_id is not null;
--> statement-breakpoint
UPDATE `notification_channels` SET `events` = '["incident.created","incident.acknowledged","incident.resolved","incident.updated","on_call.changed"]' WHERE json_array_length(`events`) = 3;
