with source as (
    select * from {{ source('staging_frames', 'body_candidates') }}
)

select * from source
