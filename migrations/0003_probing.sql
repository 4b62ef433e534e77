-- Probing: regions and quorum, parents, probers that work, reported monitors, times in which we were blind.
-- Safe to roll back: it only adds tables and columns with defaults, which an older program does not read; it would check
-- monitors of other regions from here.
ALTER TABLE `monitors` ADD `regions` text DEFAULT '["local"]' NOT NULL
--> statement-breakpoint
ALTER TABLE `monitors` ADD `region_quorum` text DEFAULT 'majority' NOT NULL
--> statement-breakpoint
ALTER TABLE `monitors` ADD `parents` text DEFAULT '[]' NOT NULL
--> statement-breakpoint
ALTER TABLE `incidents` ADD `held` text
--> statement-breakpoint
ALTER TABLE `probers` ADD `anchors` text DEFAULT '[]' NOT NULL
--> statement-breakpoint
ALTER TABLE `probers` ADD `clock_offset_ms` integer
--> statement-breakpoint
CREATE TABLE `regions` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `regions_name` ON `regions` (`tenant_id`,`name`);
--> statement-breakpoint
CREATE TABLE `push_keys` (
	`monitor` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	FOREIGN KEY (`monitor`) REFERENCES `monitors`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `push_keys_hash_unique` ON `push_keys` (`hash`);
--> statement-breakpoint
CREATE TABLE `blind_periods` (
	`id` text PRIMARY KEY NOT NULL,
	`prober_id` text,
	`cause` text NOT NULL,
	`message` text NOT NULL,
	`from` integer NOT NULL,
	`until` integer,
	FOREIGN KEY (`prober_id`) REFERENCES `probers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `blind_periods_from` ON `blind_periods` (`from`);
--> statement-breakpoint
CREATE INDEX `blind_periods_prober` ON `blind_periods` (`prober_id`);
--> statement-breakpoint
CREATE INDEX `incidents_held` ON `incidents` (`opened_at`) WHERE held is not null and status <> 'resolved';
