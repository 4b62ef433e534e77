-- Maintenance windows.
-- Safe to roll back: it only adds a table and a column that may be empty; an older program reads intervals of maintenance as it always could, and calls
-- people for what is broken in such a window.
CREATE TABLE `maintenance_windows` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`scope` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer,
	`rrule` text,
	`duration_s` integer,
	`timezone` text,
	`notify_subscribers` integer NOT NULL,
	`active_from` integer,
	`active_until` integer,
	`next_from` integer,
	`next_until` integer,
	`next_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `monitor_states` ADD `maintained_since` integer;
--> statement-breakpoint
CREATE INDEX `maintenance_windows_tenant` ON `maintenance_windows` (`tenant_id`,`created_at`);
--> statement-breakpoint
CREATE INDEX `maintenance_windows_due` ON `maintenance_windows` (`next_at`) WHERE next_at is not null;
