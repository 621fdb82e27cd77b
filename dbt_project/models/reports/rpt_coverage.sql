with coverage as (
    select * from {{ ref('fct_coverage') }}
),

divisions as (
    select * from {{ ref('dim_division') }}
),

names as (
    select * from {{ ref('dim_division_name') }}
),

-- The levels above a division that have a name of their own; 0 is the whole country.
above as (
    select
        division_code as unit_code,
        '0' as division_code
    from divisions
    union all
    select
        division_code as unit_code,
        province_code as division_code
    from divisions
    where level <> 'province'
    union all
    select
        division_code as unit_code,
        prefecture_code as division_code
    from divisions
    where level in ('county', 'township') and prefecture_name is not null
    union all
    select
        division_code as unit_code,
        county_code as division_code
    from divisions
    where level = 'township' and county_name is distinct from prefecture_name
),

years as (
    select distinct report_year from coverage
),

-- What stood in each year, by its code of today as in claims: whatever its code was then, and wherever it lay.
standing as (
    select distinct
        names.unit_code,
        years.report_year
    from names
    inner join years on years.report_year between coalesce(names.valid_from, 0) and coalesce(names.valid_to, 9999)
),

counted as (
    select
        above.division_code,
        coverage.report_year,
        units.level as unit_level,
        count(standing.unit_code) as n_claimed,
        count(*) filter (where coverage.status <> 'not_applicable') as n_expected,
        count(*) filter (where coverage.status in ('reported', 'reported_late')) as n_reported,
        count(*) filter (where coverage.status = 'reported_late') as n_late,
        count(*) filter (where coverage.status_reason in ('on_time', 'after_deadline')) as n_dated,
        count(*) filter (where coverage.status = 'not_found') as n_not_found,
        count(*) filter (where coverage.status = 'not_found' and coverage.n_candidate_reports > 0) as n_candidates,
        count(*) filter (where coverage.status = 'not_applicable') as n_not_applicable
    from coverage
    inner join divisions as units on coverage.division_code = units.division_code
    inner join above on units.division_code = above.unit_code
    left join standing
        on coverage.division_code = standing.unit_code and coverage.report_year = standing.report_year
    group by above.division_code, coverage.report_year, units.level
),

listed as (
    select
        above.division_code,
        standing.report_year,
        units.level as unit_level,
        count(*) as n_listed
    from standing
    inner join divisions as units on standing.unit_code = units.division_code
    inner join above on units.division_code = above.unit_code
    group by above.division_code, standing.report_year, units.level
)

select
    counted.division_code,
    coalesce(divisions.division_name, '全国') as division_name,
    coalesce(divisions.level, 'country') as level,
    counted.report_year,
    counted.unit_level,
    listed.n_listed,
    counted.n_claimed,
    counted.n_expected,
    counted.n_reported,
    counted.n_late,
    counted.n_dated,
    counted.n_not_found,
    counted.n_candidates,
    counted.n_not_applicable,
    counted.n_reported / nullif(counted.n_expected, 0) as coverage_rate,
    (counted.n_reported + counted.n_candidates) / nullif(counted.n_expected, 0) as coverage_rate_at_most,
    counted.n_late / nullif(counted.n_dated, 0) as late_rate,
    counted.n_claimed / nullif(listed.n_listed, 0) as claimed_rate
from counted
left join divisions on counted.division_code = divisions.division_code
left join listed
    on
        counted.division_code = listed.division_code
        and counted.report_year = listed.report_year
        and counted.unit_level = listed.unit_level
