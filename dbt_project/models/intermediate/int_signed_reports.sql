-- What near-duplicates are told by: current reports of a year, with enough prose to be compared.
with reports as (
    select * from {{ ref('int_reports') }}
    where is_current and report_year is not null
),

versions as (
    select * from {{ ref('int_report_versions') }}
),

signatures as (
    select * from {{ ref('int_signatures') }}
    where n_characters >= {{ var('min_prose_characters') }}
)

select
    reports.report_no,
    reports.report_key,
    reports.body_key,
    reports.unit_name,
    reports.report_year,
    versions.first_published_on as published_on,
    left(reports.division_code, 6) as county_code,
    signatures.prose_digest,
    signatures.cells_digest,
    signatures.n_prose_figures,
    signatures.sketch,
    signatures.bands
from reports
inner join signatures on reports.report_key = signatures.report_key
inner join versions on reports.report_key = versions.report_key
