with reports as (
    select * from {{ ref('int_reports') }}
),

versions as (
    select * from {{ ref('int_report_versions') }}
),

signatures as (
    select * from {{ ref('int_signatures') }}
),

differences as (
    select * from {{ ref('int_version_differences') }}
)

select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    versions.version_rank,
    versions.n_versions,
    versions.is_current,
    versions.version_status,
    versions.current_report_key,
    versions.same_text_report_key,
    versions.same_report_basis,
    versions.version_rule_key,
    versions.version_reason,
    versions.version_reason_en,
    -- Not compared: one of very many versions of a body and year.
    case
        when versions.version_rank <= 1 + {{ var('max_compared_versions') }}
            then coalesce(differences.n_differences, 0)
    end as n_differences,
    reports.published_on,
    signatures.n_cells,
    signatures.n_absent_cells,
    signatures.n_ambiguous_cells,
    signatures.n_characters,
    signatures.text_digest
from reports
inner join versions on reports.report_key = versions.report_key
left join signatures on reports.report_key = signatures.report_key
left join differences on reports.report_key = differences.report_key
