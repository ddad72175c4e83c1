//! What a cadre does in a day, and what happens to phones. Each test is one story from beginning to end.

mod accessibility;
mod accounts;
mod bad_line;
mod carry;
mod carry_by_camera;
mod catalogue;
mod conflict;
mod erase_and_restore;
mod export_and_import;
mod first_contact;
mod follow_up;
mod full_disk;
mod killed;
mod offline_day;
mod own_unit;
mod renewal;
mod report;
mod samples;
mod screens;
mod second_thoughts;
mod slow_disk;
mod store;
mod sub_path;
mod together;
mod two_tabs;
mod update;
