with claims as (
    select * from {{ ref('int_coverage_claims') }}
),

units as (
    select * from {{ ref('int_coverage_units') }}
),

listed as (
    select * from {{ ref('int_division_years') }}
),

reports as (
    select * from {{ ref('int_reports') }}
    where division_code is not null and is_government and report_year is not null
),

candidates as (
    select * from {{ ref('int_coverage_candidates') }}
),

reasons as (
    select * from {{ ref('coverage_reasons') }}
),

list_span as (
    select distinct
        first_list,
        last_list
    from listed
),

unit_years as (
    select distinct
        unit_code,
        list_year
    from listed
),

-- Several deliveries may claim a division: the latest collection and the latest deadline accuse nobody too early. Where
-- both a delivery and a rule give that day, it is the delivery's.
claimed as (
    select
        unit_code,
        report_year,
        list_year,
        is_standing,
        max(collected_on) as collected_on,
        max(deadline) as deadline,
        max_by(deadline_basis, row(deadline, deadline_basis = 'delivery')) as deadline_basis,
        array_to_string(list_sort(list_distinct(list(delivery))), '; ') as claimed_by
    from claims
    group by unit_code, report_year, list_year, is_standing
),

expected as (
    select
        claimed.*,
        units.has_government,
        claimed.list_year < units.first_year as is_before_first,
        next_year.unit_code is not null as is_standing_next,
        claimed.report_year = claimed.list_year as has_list
    from claimed
    inner join units on claimed.unit_code = units.unit_code
    cross join list_span
    left join unit_years as next_year
        on
            claimed.unit_code = next_year.unit_code
            and least(greatest(claimed.report_year + 1, list_span.first_list), list_span.last_list)
            = next_year.list_year
),

-- All versions of a year's report tell when it came out first; the current one is named.
unit_reports as (
    select
        division_code as unit_code,
        report_year,
        report_key,
        min(published_on) over (partition by division_code, report_year) as first_published_on,
        count(*) filter (where published_on is null) over (partition by division_code, report_year) as n_undated
    from reports
    qualify row_number() over (
        partition by division_code, report_year
        order by is_current desc, published_on desc nulls last, report_key asc
    ) = 1
),

n_candidates as (
    select
        expected.unit_code,
        expected.report_year,
        count(distinct candidates.report_key) as n_candidate_reports
    from expected
    inner join candidates
        on
            expected.unit_code = candidates.unit_code
            and (expected.report_year = candidates.report_year or candidates.report_year is null)
    group by expected.unit_code, expected.report_year
),

reasoned as (
    select
        expected.unit_code as division_code,
        expected.report_year,
        expected.collected_on,
        expected.deadline,
        expected.deadline_basis,
        expected.claimed_by,
        unit_reports.report_key,
        unit_reports.first_published_on,
        coalesce(n_candidates.n_candidate_reports, 0) as n_candidate_reports,
        case
            when unit_reports.first_published_on <= expected.deadline then 'on_time'
            when unit_reports.n_undated > 0 then 'date_unknown'
            when unit_reports.report_key is not null then 'after_deadline'
            when not expected.has_government then 'no_government'
            when not expected.is_standing and expected.is_before_first then 'not_standing_yet'
            when not expected.is_standing then 'no_longer_standing'
            when expected.collected_on <= expected.deadline then 'not_due'
            when not expected.is_standing_next then 'ended_before_due'
            when expected.has_list then 'no_report'
            else 'no_report_division_assumed'
        end as status_reason
    from expected
    left join unit_reports
        on expected.unit_code = unit_reports.unit_code and expected.report_year = unit_reports.report_year
    left join n_candidates
        on expected.unit_code = n_candidates.unit_code and expected.report_year = n_candidates.report_year
)

select
    reasoned.*,
    reasons.status
from reasoned
inner join reasons on reasoned.status_reason = reasons.status_reason
