-- Current reports whose prose is nearly the same when names, years and figures are left out. Candidates are the last
-- two reports of the same body, and reports that share a band of minimum hashes: of these the next few in the order
-- of county, year and body, so that a text of five thousand towns gives five pairs a town and not twelve million.
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
),

signed as (
    select
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
        signatures.bands,
        row_number() over (order by reports.report_key) as n
    from reports
    inner join signatures on reports.report_key = signatures.report_key
    inner join versions on reports.report_key = versions.report_key
),

banded as (
    select
        n,
        county_code,
        report_year,
        body_key,
        unnest(list_zip(range(len(bands)), bands)) as band
    from signed
),

shared as (
    select
        band,
        count(*) as n_sharing
    from banded
    group by band
    having count(*) > 1
),

ordered as (
    select
        banded.n,
        shared.n_sharing,
        [
            lead(banded.n, 1) over band_order,
            lead(banded.n, 2) over band_order,
            lead(banded.n, 3) over band_order,
            lead(banded.n, 4) over band_order,
            lead(banded.n, 5) over band_order
        ] as next_ns
    from banded
    inner join shared on banded.band = shared.band
    window band_order as (
        partition by banded.band
        order by banded.county_code nulls last, banded.report_year, banded.body_key, banded.n
    )
),

groups as (
    select
        n,
        max(n_sharing) as n_group
    from ordered
    group by n
),

earlier as (
    select
        n,
        [lag(n, 1) over body_years, lag(n, 2) over body_years] as last_ns
    from signed
    window body_years as (partition by body_key order by report_year, n)
),

candidates as (
    select
        n,
        unnest(next_ns) as other_n
    from ordered
    union all
    select
        n,
        unnest(last_ns) as other_n
    from earlier
),

pairs as (
    select distinct
        least(n, other_n) as n,
        greatest(n, other_n) as other_n
    from candidates
    where other_n is not null
),

measured as (
    select
        pairs.n,
        pairs.other_n,
        cast({{ sketch_similarity('own.sketch', 'other.sketch') }} as double) as similarity
    from pairs
    inner join signed as own on pairs.n = own.n
    inner join signed as other on pairs.other_n = other.n
),

alike as (
    select * from measured
    where similarity >= {{ var('near_duplicate_similarity') }}
),

directed as (
    select
        n,
        other_n,
        similarity
    from alike
    union all
    select
        other_n as n,
        n as other_n,
        similarity
    from alike
),

related as (
    select
        own.report_key,
        other.report_key as other_report_key,
        case
            when own.body_key = other.body_key then 'same_body_other_year'
            -- A bare name that nothing places may be the same town.
            when
                own.unit_name = other.unit_name
                and (starts_with(own.body_key, 'report:') or starts_with(other.body_key, 'report:'))
                then if(own.report_year = other.report_year, 'same_name_same_year', 'same_name_other_year')
            when own.report_year = other.report_year then 'other_body_same_year'
            else 'other_body_other_year'
        end as relation,
        directed.similarity,
        own.prose_digest = other.prose_digest as is_word_for_word,
        own.cells_digest = other.cells_digest as has_same_cells,
        own.n_prose_figures,
        coalesce(groups.n_group, 2) as n_group,
        own.report_year,
        other.report_year as other_report_year,
        own.published_on,
        other.published_on as other_published_on
    from directed
    inner join signed as own on directed.n = own.n
    inner join signed as other on directed.other_n = other.n
    left join groups on directed.n = groups.n
),

nearest as (
    select
        *,
        row_number() over (
            partition by report_key, relation
            order by
                similarity desc, is_word_for_word desc, abs(report_year - other_report_year) asc,
                other_report_year asc, other_published_on asc nulls last, other_report_key asc
        ) as nearness_rank
    from related
)

select * from nearest
where nearness_rank <= 3
