-- The levels above are those of the period's last year: a name that ended in 2018 stands below the county of 2018.
with divisions as (
    select
        *,
        coalesce(valid_from, 0) as first_year,
        coalesce(valid_to, 9999) as last_year
    from {{ ref('stg_divisions') }}
),

provinces as (
    select
        *,
        division_name as full_name,
        division_code as province_code,
        division_name as province_name
    from divisions
    where level = 'province'
),

prefectures as (
    select
        divisions.*,
        {{ full_division_name('divisions.division_name', 'above.division_name', 'above.full_name') }} as full_name,
        above.province_code,
        above.province_name,
        divisions.division_code as prefecture_code,
        {{ printed_division('divisions.division_name') }} as prefecture_name
    from divisions
    inner join provinces as above
        on
            divisions.parent_code = above.division_code
            and divisions.last_year between above.first_year and above.last_year
    where divisions.level = 'prefecture'
),

counties as (
    select
        divisions.*,
        {{ full_division_name('divisions.division_name', 'above.division_name', 'above.full_name') }} as full_name,
        above.province_code,
        above.province_name,
        above.prefecture_code,
        above.prefecture_name,
        divisions.division_code as county_code,
        {{ printed_division('divisions.division_name') }} as county_name
    from divisions
    inner join prefectures as above
        on
            divisions.parent_code = above.division_code
            and divisions.last_year between above.first_year and above.last_year
    where divisions.level = 'county'
),

townships as (
    select
        divisions.*,
        {{ full_division_name('divisions.division_name', 'above.division_name', 'above.full_name') }} as full_name,
        above.province_code,
        above.province_name,
        above.prefecture_code,
        above.prefecture_name,
        above.county_code,
        above.county_name
    from divisions
    inner join counties as above
        on
            divisions.parent_code = above.division_code
            and divisions.last_year between above.first_year and above.last_year
    where divisions.level = 'township'
)

select * from townships
union all by name
select * from counties
union all by name
select * from prefectures
union all by name
select * from provinces
