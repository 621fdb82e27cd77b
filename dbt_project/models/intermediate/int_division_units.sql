-- What sums over divisions are told apart by: division, year, level and kind of the bodies. Numbered in the order of
-- the file of these sums.
with divisions as (
    select * from {{ ref('dim_division') }}
),

places as (
    {{ divisions_above('divisions') }}
),

coverage as (
    select
        coverage.report_year,
        units.level as body_level,
        places.county_code,
        places.prefecture_code,
        places.province_code,
        count(*) filter (where coverage.status <> 'not_applicable') as n_expected,
        count(*) filter (where coverage.status in ('reported', 'reported_late')) as n_published
    from {{ ref('int_coverage') }} as coverage
    inner join divisions as units on coverage.division_code = units.division_code
    inner join places on coverage.division_code = places.division_code
    group by all
),

covered as (
    select
        unnest(list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null))
            as division_code,
        report_year,
        body_level,
        n_expected,
        n_published
    from coverage
),

-- Those who should have reported are governments.
expected as (
    select
        division_code,
        report_year,
        body_level,
        'government' as body_kind,
        sum(n_expected) as n_expected,
        sum(n_published) as n_published
    from covered
    group by division_code, report_year, body_level
),

places_of_reports as (
    select distinct
        report_year,
        body_level,
        body_kind,
        county_code,
        prefecture_code,
        province_code
    from {{ ref('int_report_places') }}
),

-- A body whose place is not proved is in no division's sum, nor in the country's: it is counted apart.
counted as (
    select
        unnest(case
            when province_code is null then ['unplaced']
            else list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null)
        end) as division_code,
        report_year,
        body_level,
        body_kind
    from places_of_reports
    union
    select
        division_code,
        report_year,
        body_level,
        body_kind
    from expected
),

named as (
    select
        counted.division_code,
        case counted.division_code
            when '0' then '全国'
            when 'unplaced' then '所在地未定'
            else divisions.division_name
        end as division_name,
        case counted.division_code when '0' then 'country' when 'unplaced' then 'unplaced' else divisions.level end
            as division_level,
        counted.report_year,
        counted.body_level,
        counted.body_kind,
        cast(expected.n_expected as bigint) as n_expected,
        cast(expected.n_published as bigint) as n_published
    from counted
    left join divisions on counted.division_code = divisions.division_code
    left join expected
        on
            counted.division_code = expected.division_code
            and counted.report_year = expected.report_year
            and counted.body_level = expected.body_level
            and counted.body_kind = expected.body_kind
)

select
    cast(row_number() over (
        order by division_code, division_name, division_level, report_year, body_level, body_kind
    ) - 1 as uinteger) as unit_no,
    *
from named
order by unit_no
