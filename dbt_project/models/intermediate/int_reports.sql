with reports as (
    select * from {{ ref('stg_reports') }}
),

-- The same bytes in two deliveries are one report; the first delivery and path by name carry it.
distinct_reports as (
    select *
    from reports
    qualify row_number() over (partition by document_id order by delivery, source_path) = 1
),

-- Without a gazetteer a printed name proves no place. A name with its parent divisions joins the years of one town;
-- a bare name is carried by many towns, so that its report stands for a body of its own.
keyed as (
    select
        *,
        document_id as report_key,
        md5(
            case
                when unit_name is null then 'unnamed|' || document_id
                when printed_parent is not null then 'parent|' || printed_parent || '|' || unit_name
                else 'bare|' || unit_name || '|' || document_id
            end
        ) as body_key
    from distinct_reports
),

ranked as (
    select
        *,
        row_number() over (
            partition by body_key, report_year order by published_on desc nulls last, document_id asc
        ) = 1 as is_current
    from keyed
)

select * from ranked
