-- Heartbeats: jobs and agents that report in, what they said, how they stand; incidents about them.
-- Safe to roll back: it only adds tables and columns that may be empty, which an older program does not read; jobs that
-- report to it meanwhile are answered 404.
CREATE TABLE `heartbeats` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`name_slug` text NOT NULL,
	`slug` text NOT NULL,
	`slug_hash` text NOT NULL,
	`schedule` text NOT NULL,
	`grace_s` integer NOT NULL,
	`max_runtime_s` integer,
	`min_interval_s` integer,
	`per_day` text,
	`failures` integer DEFAULT 1 NOT NULL,
	`manual_resume` integer DEFAULT false NOT NULL,
	`watch_duration` integer DEFAULT false NOT NULL,
	`numbers` text DEFAULT '[]' NOT NULL,
	`filter` text NOT NULL,
	`ai` text,
	`severity` text NOT NULL,
	`reminder_interval_s` integer,
	`tags` text NOT NULL,
	`runbook_url` text,
	`description` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `heartbeats_id_unique` ON `heartbeats` (`id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `heartbeats_slug_hash_unique` ON `heartbeats` (`slug_hash`);
--> statement-breakpoint
CREATE INDEX `heartbeats_tenant` ON `heartbeats` (`tenant_id`,`kind`,`number`);
--> statement-breakpoint
CREATE INDEX `heartbeats_name_slug` ON `heartbeats` (`tenant_id`,`name_slug`);
--> statement-breakpoint
CREATE TABLE `ping_keys` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`hash` text NOT NULL,
	`auto_create` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ping_keys_hash_unique` ON `ping_keys` (`hash`);
--> statement-breakpoint
CREATE TABLE `heartbeat_states` (
	`heartbeat` integer PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`since` integer NOT NULL,
	`expected_at` integer,
	`deadline_at` integer,
	`alert_at` integer,
	`last_ping_at` integer,
	`last_run_at` integer,
	`pings` integer DEFAULT 0 NOT NULL,
	`reason` text,
	`message` text,
	`data` text NOT NULL,
	`model` text,
	`learned_at` integer,
	FOREIGN KEY (`heartbeat`) REFERENCES `heartbeats`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `heartbeat_states_alert` ON `heartbeat_states` (`alert_at`) WHERE alert_at is not null;
--> statement-breakpoint
CREATE TABLE `heartbeat_pings` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`heartbeat` integer NOT NULL,
	`n` integer NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`door` text NOT NULL,
	`method` text,
	`address` text,
	`agent` text,
	`rid` text,
	`exit_code` integer,
	`duration_ms` integer,
	`numbers` text,
	`note` text,
	`body_bytes` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`heartbeat`) REFERENCES `heartbeats`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `heartbeat_pings_n` ON `heartbeat_pings` (`heartbeat`,`n`);
--> statement-breakpoint
CREATE TABLE `heartbeat_bodies` (
	`ping` integer PRIMARY KEY NOT NULL,
	`packed` integer NOT NULL,
	`data` blob NOT NULL,
	FOREIGN KEY (`ping`) REFERENCES `heartbeat_pings`(`seq`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `heartbeat_runs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`heartbeat` integer NOT NULL,
	`status` text NOT NULL,
	`began_at` integer,
	`ended_at` integer NOT NULL,
	`duration_ms` integer,
	`rid` text,
	`numbers` text,
	`details` text,
	`problems` text,
	FOREIGN KEY (`heartbeat`) REFERENCES `heartbeats`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `heartbeat_runs_ended` ON `heartbeat_runs` (`heartbeat`,`ended_at`);
--> statement-breakpoint
CREATE TABLE `heartbeat_flips` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`heartbeat` integer NOT NULL,
	`from` text NOT NULL,
	`to` text NOT NULL,
	`at` integer NOT NULL,
	`reason` text,
	`message` text,
	FOREIGN KEY (`heartbeat`) REFERENCES `heartbeats`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `heartbeat_flips_at` ON `heartbeat_flips` (`heartbeat`,`at`);
--> statement-breakpoint
ALTER TABLE `incidents` ADD `heartbeat_id` text
--> statement-breakpoint
ALTER TABLE `incidents` ADD `heartbeat_name` text
--> statement-breakpoint
CREATE INDEX `incidents_heartbeat` ON `incidents` (`heartbeat_id`,`opened_at`) WHERE heartbeat_id is not null;
--> statement-breakpoint
CREATE INDEX `deliveries_channel` ON `deliveries` (`channel_id`,`status`,`next_attempt_at`,`id`) WHERE status in ('pending', 'sending');
