-- A broker that came back empty counts its records from zero again: two events may have died at one place.
alter table dead_letter add event_id uuid not null default gen_random_uuid();
alter table dead_letter drop constraint dead_letter_consumer_group_topic_partition_record_offset_key;
alter table dead_letter add unique (consumer_group, topic, partition, record_offset, event_id);
